"""Dates written as text: their format is found, and day and month are never mixed up in silence."""

import datetime

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fourbeat.config.columns import DIRECTIVES, ColumnConfig
from fourbeat.data import dates
from fourbeat.data.column import Column
from fourbeat.data.guess import guess
from fourbeat.data.numbers import as_numbers
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
        (["31-Mar-22", "01-Apr-23"], ("%d-%b-%y",), ""),
        (["2022-03", "2021-12"], ("%Y-%m",), ""),
        (["Mar 2022", "Dec 2021"], ("%b %Y",), ""),
        (["Dec-2015"], ("%b-%Y",), ""),
        (["2022Q1", "2022-Q4"], ("%YQ%q", "%Y-Q%q"), ""),
        (["Thu, 31 Mar 2022 10:00:00 GMT"], ("%a, %d %b %Y %H:%M:%S GMT",), ""),
        (["01.01.2024 10:30:00", "02.02.2024 11:00:00"], ("%d.%m.%Y %H:%M:%S",), ""),
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
        ["2016-13"],
        ["2016Q5"],
        ["2007-08", "2008-09", "2011-12"],  # seasons
        ["2016-02", "2016-02-03"],  # of months, or of days
    ],
)
def test_what_is_no_date(texts):
    assert dates.recognise(chunked(texts)) is None


@settings(deadline=None)
@given(
    st.lists(
        st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2099, 12, 31)), min_size=1
    ),
    st.sampled_from(
        [
            form
            for form in dates.candidates()
            if not {"%y", "%q"} & {form[i : i + 2] for i in range(len(form))}
        ]
    ),
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
    differ = any(day != month for day, month in pairs)
    assert found.instead == (("%m/%d/%Y",) if differ else ())
    assume(differ and len(set(pairs)) > 1)
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
    with pytest.raises(ValueError, match="'%k' is not among %d"):
        ColumnConfig(format=("%d/%k",))
    assert ColumnConfig(format=("%m/%Y",)).kind == "datetime"
    for form in ("%Y", "%m", "%H:%M"):
        with pytest.raises(ValueError, match="it has no %d, and no month of a year"):
            ColumnConfig(format=(form,))
    with pytest.raises(ValueError, match="all of days, of months, or of quarters"):
        ColumnConfig(format=("%Y-%m", "%Y-%m-%d"))
    with pytest.raises(ValueError, match="format is for a column of type datetime, not category"):
        ColumnConfig(format=("%d/%m/%Y",), type="category")


@given(st.lists(st.tuples(st.integers(1900, 2099), st.integers(1, 4)), min_size=1))
def test_a_quarter_is_its_first_day(pairs):
    for form in ("{}Q{}", "{}-Q{}", "Q{1} {0}"):
        texts = chunked([form.format(year, quarter) for year, quarter in pairs])
        found = dates.recognise(texts)
        assert found is not None
        expected = [datetime.datetime(year, 3 * quarter - 2, 1) for year, quarter in pairs]
        assert dates.read(texts, found.formats).to_pylist() == expected


@pytest.mark.parametrize(
    ("name", "factor", "formats"),
    [
        ("ts", 1, ("%s",)),
        ("created_at", 1000, ("%Q",)),
        ("createdAt", 1, ("%s",)),
        ("event_time_ms", 1000, ("%Q",)),
        ("amount", 1, ()),
        ("rate", 1, ()),
        ("ts", 1000_000, ()),
    ],
)
def test_seconds_since_1970_by_name_and_size(name, factor, formats):
    seconds = [1_650_000_000 + 86_400 * (i * i % 900) for i in range(60)]
    values = pa.chunked_array([[factor * second for second in seconds]])
    found = guess(name, values)
    assert (found.type, found.formats) == ("datetime" if formats else "numeric", formats)
    if formats:
        column = Column(name=name, type="datetime", source="int64", reason="", formats=formats)
        assert as_numbers(column, values).tolist() == [second / 86_400 for second in seconds]


def test_a_year_is_a_number():
    assert guess("year", pa.chunked_array([[1990 + i % 40 for i in range(60)]])).type == "numeric"


def test_dates_with_day_and_month_first_are_asked_about():
    texts = [f"{20 + i % 8}/03/2022" for i in range(30)] + ["03/21/2022"] * 5 + ["1/2/2022"]
    table = pa.table({"c": texts, "y": [i % 2 for i in range(36)]})
    with pytest.raises(
        DataError, match=r"30 dates can only have the day first \('20/03/2022'\)"
    ) as e:
        infer(read(table), "y")
    assert "5 only the month ('03/21/2022')" in str(e.value)
    said = '--set \'data.columns.c.format=["%d/%m/%Y", "%m/%d/%Y"]\''
    assert said in e.value.problems[0].remedy
    told = {"c": ColumnConfig(format=("%d/%m/%Y", "%m/%d/%Y"))}
    (column,) = infer(read(table), "y", told=told)
    days = as_numbers(column, read(table).columns["c"])
    assert days[-1] == (datetime.date(2022, 2, 1) - datetime.date(1970, 1, 1)).days
