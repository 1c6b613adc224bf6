"""Types of a CSV block by block: those that pyarrow infers of the whole file."""

import io

import pyarrow as pa
import pyarrow.csv as csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourbeat.data.csv_types import types_of
from fourbeat.data.source import NUMERIC_NULLS

VALUES = (
    "",
    "NA",
    "0",
    "1",
    "-17",
    " 5",
    "007",
    "99999999999999999999",
    "1.5",
    "1e5",
    "inf",
    "true",
    "False",
    "2020-01-31",
    "1999-12-01",
    "10:11:12",
    "10:11",
    "2020-01-01 10:00:00",
    "2020-01-01T10:00",
    "2020-01-01 10:00:00.123",
    "2020-01-01T10:00:00Z",
    "2020-01-01T10:00:00.25Z",
    "2020-01-01T10:00:00+02:00",
    "31/01/2020",
    "word",
    "?",
    "ä,ö",
)


@settings(max_examples=250, deadline=None)
@given(
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=3, unique=True).flatmap(
        lambda some: st.lists(st.sampled_from(some), min_size=1, max_size=12)
    ),
    st.integers(1, 5),
    st.sampled_from([(), ("?",), ("0",)]),
)
def test_types_are_those_of_the_whole_file(values, size, missing):
    raw = io.BytesIO()
    csv.write_csv(pa.table({"x": values, "y": ["1"] * len(values)}), raw)
    convert = csv.ConvertOptions(null_values=[*NUMERIC_NULLS, *missing])
    whole = csv.read_csv(io.BytesIO(raw.getvalue()), convert_options=convert)
    table = pa.table({"x": values, "y": ["1"] * len(values)})
    blocks = (table.slice(at, size) for at in range(0, len(values), size))
    assert types_of(blocks, missing, ()) == dict(
        zip(whole.column_names, whole.schema.types, strict=True)
    )


@pytest.mark.parametrize("late", ["1.5", "word", "2020-01-01", "true"])
def test_one_value_in_the_last_block_decides(late):
    table = pa.table({"x": [*map(str, range(500)), late]})
    blocks = (table.slice(at, 200) for at in range(0, 501, 200))
    kind = pa.float64() if late == "1.5" else pa.string()
    assert types_of(blocks, (), ()) == {"x": kind}


def test_columns_that_are_said_to_be_text_stay_text():
    assert types_of(iter([pa.table({"x": ["1"]})]), (), ["x"]) == {"x": pa.string()}
