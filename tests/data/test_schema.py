"""What a column is, by its values; what keeps it from being used."""

import datetime
import shlex

import numpy as np
import pyarrow as pa
import pytest

from fourbeat.cli.options import names
from fourbeat.config.columns import ColumnConfig
from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data.column import Column
from fourbeat.data.gather import gather
from fourbeat.data.guess import guess
from fourbeat.data.numbers import as_numbers
from fourbeat.data.schema import infer
from fourbeat.data.source import read
from fourbeat.errors import DataError

N = 40


def source(**columns):
    return read(pa.table({**columns, "y": [i % 2 for i in range(N)]}))


def one(kind):
    return Column(name="c", type=kind, source="", reason="")


def only(values, **options):
    """The decision about one column of N values."""
    options.setdefault("target", "y")
    options["told"] = {n: ColumnConfig(type=kind) for n, kind in options.pop("types", {}).items()}
    return next(
        c
        for c in infer(source(c=values, other=[float(i * i % 7) for i in range(N)]), **options)
        if c.name == "c"
    )


@pytest.mark.parametrize(
    ("values", "type_", "reason"),
    [
        ([i * 3 % 17 for i in range(N)], "numeric", "cast from int64 to float32"),
        ([i / 3 for i in range(N)], "numeric", "cast from double to float32"),
        ([i % 3 == 0 for i in range(N)], "boolean", "true and false"),
        (["Yes" if i % 3 else "no" for i in range(N)], "boolean", "no and yes, read as"),
        (["red" if i % 3 else "blue" for i in range(N)], "category", "2 different texts"),
        ([f"T{i}" for i in range(N)], "id", "40 different texts in 40 rows"),
        (list(range(7, 7 + N)), "id", "counts the rows, 7 to 46"),
        ([None] * N, "ignored", "no value in any row"),
        (["same"] * N, "ignored", "the same value in every row"),
        (["same"] * (N - 1) + [None], "category", "1 different texts"),
        ([datetime.datetime(2024, 1, 1 + i % 28) for i in range(N)], "datetime", "days since 1970"),
        ([datetime.date(2024, 1, 1 + i % 28) for i in range(N)], "datetime", "days since 1970"),
        ([[1, 2]] * N, "ignored", "not supported"),
    ],
)
def test_types_are_inferred_with_a_reason(values, type_, reason):
    column = only(values)
    assert (column.type, reason in column.reason) == (type_, True)


@pytest.mark.parametrize(
    "name",
    ["amount_paid", "monkey", "Turkey", "humid", "grid", "keyboard", "number", "piano", "casino_n"],
)
def test_a_quantity_is_no_id_by_the_end_of_its_name(name):
    assert guess(name, pa.chunked_array([[i * i + 3 for i in range(N)]])).type == "numeric"


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "ID",
        "user_id",
        "customerId",
        "orderKey",
        "a.key",
        "order_no",
        "Kundennummer",
        "Kunden-Nr.",
        "patientId",
        "PatientID",
    ],
)
def test_different_whole_numbers_are_ids_by_their_name(name):
    assert guess(name, pa.chunked_array([[i * i + 3 for i in range(N)]])).type == "id"


def test_numbers_that_no_float_holds_are_codes():
    base = 7 * 10**17
    told = guess("c", pa.chunked_array([[base + 3 * i for i in range(N)]]))
    assert (told.type, "18 digits, which no float holds" in told.reason) == ("id", True)
    assert guess("c", pa.chunked_array([[base + i % 5 for i in range(N)]])).type == "category"
    assert guess("c", pa.chunked_array([[10**15 + i * i for i in range(N)]])).type == "numeric"


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["ja", "nein"], "boolean"),
        (["Oui", "non"], "boolean"),
        (["s\u00ed", "no"], "boolean"),
        (["yes", "no", "Yes", "NO"], "boolean"),
        (["t", "no"], "boolean"),
        (["ja", "no"], "category"),
        (["yes", "non"], "category"),
        (["yes", "Yes"], "category"),
        (["yes", "no", "maybe"], "category"),
    ],
)
def test_yes_and_no_are_of_one_language(texts, kind):
    column = only([texts[i % len(texts)] for i in range(N)])
    assert column.type == kind
    if kind == "boolean":
        values = as_numbers(column, pa.chunked_array([texts]))
        assert values.tolist() == [
            float(text.lower() in ("ja", "oui", "s\u00ed", "yes", "t")) for text in texts
        ]


def test_texts_that_differ_by_case_or_blanks_are_said():
    told = guess("c", pa.chunked_array([["North", "north", "South", "South "] * 10]))
    assert "'North' and 'north', … differ by case or blanks alone" in told.reason
    assert "blanks" not in guess("c", pa.chunked_array([["North", "South"] * 10])).reason


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ([f"{i * 997 % 99999:05}" for i in range(60)], True),
        ([f"{1000 + i:05}" for i in range(60)], True),  # all with a zero
        ([f"{i * 997 % 9999:04}" for i in range(60)], True),
        ([f"{i % 24:02}{i % 60:02}" for i in range(60)], False),  # times of day
        ([f"{i % 12 + 1:02}" for i in range(60)], False),
        ([str(10000 + i) for i in range(60)], False),
        (["0", "12345"] * 30, False),
        (["0.500", "1.250"] * 30, False),
    ],
)
def test_zeros_in_front_are_kept(tmp_path, cells, kept):
    rows = [f"{cell};{i % 2};{i % 7}" for i, cell in enumerate(cells)]
    (tmp_path / "t.csv").write_text("\n".join(["zip;y;x", *rows, ";1;2"]) + "\n")
    config = DataConfig(path=tmp_path / "t.csv", target="y")
    for stream in (False, True):
        table = gather(config.model_copy(update={"stream": stream}), SplitConfig(), None).table
        assert pa.types.is_string(table.columns["zip"].type) == kept
    config = config.model_copy(update={"columns": {"zip": ColumnConfig(type="numeric")}})
    assert not pa.types.is_string(gather(config, SplitConfig(), None).table.columns["zip"].type)


def test_which_comes_first_is_said_of_the_format_that_leaves_it_open():
    texts = [f"2021-03-{1 + i % 9:02}" if i % 2 else f"{20 + i % 9}/03/2021" for i in range(N)]
    found = guess("c", pa.chunked_array([texts]))
    assert found.type == "datetime"
    assert "the day comes first: 20/03/2021" in found.reason
    texts = [f"2021-03-{1 + i % 9:02}" if i % 2 else f"03/{20 + i % 9}/2021" for i in range(N)]
    assert "the month comes first: 03/20/2021" in guess("c", pa.chunked_array([texts])).reason


def test_a_small_table_has_no_ids():
    table = read(pa.table({"c": [1, 2, 3, 4], "t": ["a", "b", "c", "d"], "y": [0, 1, 0, 1]}))
    assert [column.type for column in infer(table, "y")] == ["numeric", "category"]


def test_types_can_be_declared_and_columns_left_out():
    zips = [10000 + i % 5 for i in range(N)]
    assert only(zips, types={"c": "category"}).type == "category"
    assert only(zips, ignore=["c*"]).type == "ignored"


def test_numbers_but_for_a_marker_are_hinted_at():
    texts = [str(i % 30) if i % 9 else "?" for i in range(200)]
    column = infer(read(pa.table({"c": texts, "y": [i % 2 for i in range(200)]})), "y")[0]
    assert column.type == "category"
    assert "all numbers but '?': `--missing` would make it numeric" in column.reason


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        ([None] * N, {"types": {"c": "numeric"}}, "every value is missing.*--ignore c$"),
        ([1.0, 1e39, -1e39] * 13 + [1.0], {}, r"26 values infinite or too large.*row 2, 3, 5, …"),
        (["x"] * N, {"types": {"c": "numeric"}}, "declared numeric, but"),
        (["maybe"] * N, {"types": {"c": "boolean"}}, "'maybe' is neither true nor false"),
        ([i % 6 for i in range(N)], {"types": {"c": "boolean"}}, "^declared boolean, but 2 is neither 0 nor 1"),
        ([1] * N, {"types": {"c": "datetime"}}, "not dates"),
        ([i % 2 for i in range(N)], {}, "is the target 'y' over again"),
    ],
)  # fmt: skip
def test_what_keeps_a_column_from_being_used(values, options, message):
    with pytest.raises(DataError, match=message):
        only(values, **options)


def test_a_column_with_gaps_is_not_the_target_over_again():
    assert only([None, *(i % 2 for i in range(1, N))]).type == "numeric"


def test_numbers_are_truths_if_they_are_0_and_1():
    truths = pa.chunked_array([pa.array([1, None, 0])])
    assert as_numbers(one("boolean"), truths).tolist()[::2] == [1, 0]
    assert only([float(i % 3 == 0) for i in range(N)], types={"c": "boolean"}).type == "boolean"


@pytest.mark.parametrize("name", ["size, mm", "it's", 'a "b"', "$HOME `x`", "plain", ""])
def test_the_remedy_works_when_it_is_pasted(name):
    with pytest.raises(DataError) as error:
        infer(source(**{name: [1e39, 1.0] * (N // 2)}), "y")
    remedy = error.value.problems[0].remedy.rpartition("out: ")[2]
    said = shlex.split(remedy)
    assert said[0] == "--ignore"
    assert names(said[1:]) == [name]


def test_all_problems_come_at_once():
    table = source(a=[1e39, 2.0] * (N // 2), b=[-1e39, 1.0] * (N // 2))
    with pytest.raises(DataError) as error:
        infer(table, "y")
    assert len(error.value.problems) == 2


def test_unknown_names_are_named_with_the_nearest():
    with pytest.raises(DataError) as error:
        infer(
            source(age=[1.5] * N),
            "Y",
            ignore=["nope*"],
            told={"agee": ColumnConfig(type="numeric")},
        )
    text = str(error.value)
    assert "no column 'Y', which --target names" in text
    assert "no column 'nope*', which --ignore names" in text
    assert "Did you mean 'age'?" in text


def test_nothing_left_to_learn_from():
    with pytest.raises(DataError, match="no column is left to learn from"):
        infer(source(c=["same"] * N), "y")


def test_days():
    times = pa.chunked_array([pa.array([datetime.datetime(1970, 1, 2, 12), None])])
    days = as_numbers(one("datetime"), times)
    assert days[0] == 1.5
    assert np.isnan(days[1])
    aware = pa.chunked_array([pa.array([datetime.datetime(1970, 1, 2)], pa.timestamp("s", "UTC"))])
    assert as_numbers(one("datetime"), aware).tolist() == [1.0]
