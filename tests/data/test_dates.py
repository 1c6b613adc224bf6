"""Dates written as text: their format is found, and day and month are never mixed up in silence."""

import datetime

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fourbeat.config.columns import DIRECTIVES, ColumnConfig
from fourbeat.data import dates
from fourbeat.data.guess import guess
from fourbeat.data.schema import infer
from fourbeat.data.source import read
from fourbeat.errors import DataError


def chunked(texts):
    return pa.chunked_array([pa.array(texts, pa.string())])


@pytest.mark.parametrize(
    ("texts", "formats", "proof"),
    [
        (["29/2/2016 01:16", "2/3/2016 08:00"], ("%d/%m/%Y %H:%M",), "29/2/2016 01:16"),
        (["1/13/2016", "2/2/2016"], ("%m/%d/%Y",), "1/13/2016"),
        (["29.2.16", None, "1.3.16"], ("%d.%m.%y",), "29.2.16"),
        (["2016-02-29T01:16:59"], ("%Y-%m-%dT%H:%M:%S",), ""),
        (["20160229", "20160301"], ("%Y%m%d",), ""),
        (["3 Feb 2016", "12 May 2017"], ("%d %b %Y",), ""),
        (["December 3, 2016", "May 12, 2017"], ("%B %d, %Y",), ""),
        (["2/25/2016 1:05 PM"], ("%m/%d/%Y %I:%M %p",), "2/25/2016 1:05 PM"),
        (["2016-02-29", "13/3/2016"], ("%Y-%m-%d", "%d/%m/%Y"), "13/3/2016"),
    ],
)
def test_formats_are_found(texts, formats, proof):
    found = dates.recognise(chunked(texts))
    assert found is not None
    assert (set(found.formats), found.proof, found.instead) == (set(formats), proof, ())


@pytest.mark.parametrize(
    "texts",
    [
        ["31/02/2016"],
        ["29/2/2016", "2/29/2016"],
        ["29/2/2016", "tomorrow"],
        ["2/3/116"],
        ["INC0001"],
        ["12"],
        ["2016-02-30"],
    ],
)
def test_what_is_no_date(texts):
    assert dates.recognise(chunked(texts)) is None


@settings(deadline=None)
@given(
    st.lists(
        st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2099, 12, 31)), min_size=1
    ),
    st.sampled_from([form for form in dates.candidates() if "%y" not in form]),
)
def test_what_is_written_is_read(moments, form):
    texts = chunked([moment.strftime(form) for moment in moments])
    expected = [datetime.datetime.strptime(text.as_py(), form) for text in texts]
    assert dates.read(texts, (form,)).to_pylist() == expected
    found = dates.recognise(texts)
    assert found is not None
    if not found.instead:
        assert dates.read(texts, found.formats).to_pylist() == expected
    else:
        assert expected in [
            dates.read(texts, f).to_pylist() for f in (found.formats, found.instead)
        ]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), min_size=1, max_size=40))
def test_day_or_month_is_asked_for_unless_it_makes_no_difference(pairs):
    texts = chunked([f"{day}/{month}/2016" for day, month in pairs])
    found = dates.recognise(texts)
    assert found is not None
    assert found.instead == ("%m/%d/%Y",)
    assume(len(set(pairs)) > 1)
    table = pa.table({"c": texts, "y": [i % 2 for i in range(len(pairs))]})
    with pytest.raises(DataError, match="could have the day first or the month first") as error:
        infer(read(table), "y")
    remedy = error.value.problems[0].remedy
    for form in (found.formats[0], found.instead[0]):
        assert f"--set 'data.columns.c.format=[\"{form}\"]'" in remedy
        column = infer(read(table), "y", told={"c": ColumnConfig(format=(form,))})[0]
        assert (column.type, column.formats) == ("datetime", (form,))


def test_whole_numbers_that_are_dates():
    some = [20160101 + 100 * (i % 12) + i // 2 for i in range(28)]
    assert guess("c", pa.chunked_array([some])).formats == ("%Y%m%d",)
    assert guess("c", pa.chunked_array([[20160101 + 7 * i for i in range(60)]])).type == "numeric"


def test_every_directive_that_may_be_said_is_read():
    assert tuple(dates.FIELDS) == DIRECTIVES
    with pytest.raises(ValueError, match="'%q' is not among %d"):
        ColumnConfig(format=("%d/%q",))
    with pytest.raises(ValueError, match="it has no %d"):
        ColumnConfig(format=("%m/%Y",))
    with pytest.raises(ValueError, match="format is for a column of type datetime, not category"):
        ColumnConfig(format=("%d/%m/%Y",), type="category")
