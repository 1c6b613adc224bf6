"""What may mean "no value" is proposed, and nothing that is a value."""

import numpy as np
import pyarrow as pa
import pytest

from fourbeat.data.guess import guess
from fourbeat.data.markers import Marker, proposed
from fourbeat.data.source import read


def found(values):
    return proposed(pa.chunked_array([pa.array(values)]))


@pytest.mark.parametrize(
    ("values", "markers"),
    [
        (["a", "?", "b", "?", "N/A"], [Marker("?", 2), Marker("N/A", 1)]),
        (["none", "unknown", "Nancy", "a-b"], []),
        ([3, 5, -999, 4, -999], [Marker("-999", 2)]),
        ([3, 5000, -999, 4, -999], [Marker("-999", 2)]),
        ([1.5, 2.5, 9999.0, 9999.0], [Marker("9999", 2)]),
        ([-1, 0, 1, -1], []),
        ([-9, -3, 5, -9], []),
        ([900, 999, 999, 1100], []),
        ([0, 41310, 99999, 99999], []),  # 2.4 times the largest of the others: a price as well
        ([3, 5, -999, 4], []),
        ([-999, -999], []),
        ([True, False], []),
    ],
)
def test_markers(values, markers):
    assert found(values) == markers


def test_what_a_column_would_be_without_them():
    dates = [f"{1 + i % 28}/2/2016" for i in range(100)]
    dates[::9] = ["?"] * len(dates[::9])
    told = guess("c", pa.chunked_array([dates]))
    assert (told.type, "all dates but '?'" in told.reason) == ("category", True)


def test_a_marker_of_numbers_is_missing_in_every_kind_of_table():
    table = pa.table(
        {"whole": [1, -999, 3], "real": [0.5, -999.0, 2.5], "text": ["-999", "a", "b"]}
    )
    for frame in (table, table.to_pandas()):
        columns = read(frame, missing=["-999"]).columns
        assert [columns[name].null_count for name in ("whole", "real", "text")] == [1, 1, 1]
    assert np.isnan(columns["real"].to_numpy()[1])
