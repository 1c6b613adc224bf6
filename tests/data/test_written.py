"""Numbers that are written for people: read where all have one form, and read the same way ever after."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fourbeat as fb
from fourbeat.config.columns import ColumnConfig
from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data import written
from fourbeat.data.guess import guess
from fourbeat.data.numbers import as_numbers
from fourbeat.data.prepare import prepare
from fourbeat.data.schema import infer
from fourbeat.data.source import read
from fourbeat.errors import DataError


def chunked(texts):
    return pa.chunked_array([pa.array(texts, pa.string())])


@pytest.mark.parametrize(
    ("texts", "form", "numbers"),
    [
        (["1,234.56", "950.00"], "1,234.56", [1234.56, 950]),
        (["1.234,56", "20,5"], "1.234,56", [1234.56, 20.5]),
        (["1 234,5", "1\u202f234\u00a0567", "2"], "1 234,56", [1234.5, 1234567, 2]),
        (["1'234.5", "1\u2019000"], "1'234.56", [1234.5, 1000]),
        (["20,5", "-3,1", "+4", "\u22125,25"], "1234,56", [20.5, -3.1, 4, -5.25]),
        (["0,125", "1,234"], "1234,56", [0.125, 1.234]),
        (["$1,234", "-$5.5", "$-6", "($12.30)"], "$1,234.56", [1234, -5.5, -6, -12.3]),
        (["1.234,50 €", "7€"], "1.234,56 €", [1234.5, 7]),
        (["USD 12", "USD 13,000.5"], "USD1,234.56", [12, 13000.5]),
        (["12.3%", "5%"], "1234.56%", [12.3, 5]),
        (["70.1 kg", "71 kg"], "1234.56 kg", [70.1, 71]),
        (["12 m2", "13.5 m2"], "1234.56 m2", [12, 13.5]),
        (["36 months", "60 months"], "1234.56 months", [36, 60]),
        (["(12.30)", "7"], "1234.56", [-12.3, 7]),
    ],
)
def test_numbers_of_one_form(texts, form, numbers):
    column = guess("c", chunked([*texts, None]))
    assert (column.type, column.formats) == ("numeric", (form,))
    assert f"numbers written as {form}" in column.reason
    assert written.read(chunked([*texts, None]), form).to_pylist() == [*numbers, None]


@pytest.mark.parametrize(
    "texts",
    [
        ["5", "7.5"],  # text on purpose, in a table that has types
        ["T1", "T2"],
        ["007 kg", "008 kg"],
        ["12 345 678", "23 456 789"],  # codes in blocks
        ["1,23", "1.5"],
        ["1,234.56", "1.234,56"],
        ["$5", "€6"],
        ["5 kg", "5 lb"],
        ["1.10.1", "1.2.0"],
        ["48.1, 9.2", "3.1, 3.4"],
        ["12-20", "20-30"],
        ["< 1 year", "1 year"],
        ["(555) 1234", "(555) 4321"],
        ["5%", "none"],
        ["5%", "5%"],
    ],
)
def test_what_is_no_such_number(texts):
    assert written.recognise(chunked(texts)) is None


FORMS = ["1,234.56", "1.234,56", "1 234,56", "1'234.56", "$1,234.56", "1.234,56 €", "1234,56", "1234.56%"]  # fmt: skip


def as_people_write(number, form):
    """A number in a form, by Python's own separators."""
    said = written.NUMBER.fullmatch(form)
    digits = f"{abs(number):,.2f}".split(".")
    whole = digits[0].replace(",", said["thousands"] or "")
    sign = "-" if number < 0 else ""
    return f"{sign}{said['prefix']}{whole}{said['decimal']}{digits[1]}{said['suffix']}"


@settings(deadline=None)
@given(
    st.lists(st.integers(-(10**11), 10**11), min_size=2, max_size=30, unique=True),
    st.sampled_from(FORMS),
)
def test_what_is_written_is_read(cents, form):
    numbers = [n / 100 for n in [*cents, 123456]]
    texts = chunked([as_people_write(number, form) for number in numbers])
    found = written.recognise(texts)
    assert found is not None
    assert (found.form, found.instead) == (form, "")
    assert written.read(texts, form).to_pylist() == numbers


@settings(deadline=None)
@given(st.lists(st.text("0123456789.,'$%() -+k", max_size=9), max_size=20))
def test_every_text_of_a_recognised_column_is_a_number(texts):
    found = written.recognise(chunked(texts))
    if found is not None:
        assert written.read(chunked(texts), found.form).null_count == 0


def test_a_comma_that_could_be_either_is_said_with_the_way_out():
    table = pa.table({"c": ["1,234", "950", "12,000"] * 9, "y": [0, 1, 0] * 9})
    (column,) = infer(read(table), "y")
    assert column.formats == ("1,234.56",)
    assert "--set 'data.columns.c.format=\"1234,56\"'" in column.reason
    (column,) = infer(read(table), "y", told={"c": ColumnConfig(format="1234,56")})
    assert as_numbers(column, read(table).columns["c"])[:3].tolist() == [1.234, 950, 12]
    (column,) = infer(read(table), "y", told={"c": ColumnConfig(type="numeric")})
    assert column.formats == ("1,234.56",)
    assert guess("c", chunked(["70.125 kg", "80.250 kg"])).formats == ("1234.56 kg",)


def test_a_text_of_another_form_is_named():
    table = pa.table({"c": ["$5", "$1,000", "oops"] * 9, "d": [1.5, 2, 3] * 9, "y": [0, 1, 0] * 9})
    with pytest.raises(DataError, match=r"'oops' is no number that is written as \$1,234.56") as e:
        infer(read(table), "y", told={"c": ColumnConfig(format="$1,234.56")})
    assert e.value.problems[0].place == "Table, column 'c', row 3"


def test_formats_that_cannot_be():
    with pytest.raises(ValueError, match="numbers have one format"):
        ColumnConfig(format=("1,234.56", "1.234,56"))
    with pytest.raises(ValueError, match="write 1234.56 as the column would"):
        ColumnConfig(type="numeric", format="%d.%m.%Y")
    with pytest.raises(ValueError, match="format is for a column of type numeric, not category"):
        ColumnConfig(type="category", format="1,234.56")


def table(path, n=240, seed=0, most=10**6):
    """A price whose digits say what the label is, in a text table."""
    rng = np.random.default_rng(seed)
    price = rng.integers(1, most, n) / 100
    cells = [f"{p:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".") for p in price]
    cells[::17] = [""] * len(cells[::17])
    rows = [f"{c};{i % 5};{'yes' if p > most / 200 else 'no'}" for i, (c, p) in enumerate(zip(cells, price, strict=True))]  # fmt: skip
    path.write_text("\n".join(["price;other;y", *rows]) + "\n")
    return path


def test_streamed_as_in_memory(tmp_path):
    path = table(tmp_path / "t.csv")
    one, other = (
        prepare(DataConfig(path=path, target="y", stream=stream), SplitConfig(), 5)
        for stream in (False, True)
    )
    assert one.record.columns == other.record.columns
    assert one.record.columns[0].formats == ("1.234,56",)
    every = np.arange(240)
    assert one.features.pick(every).numeric.equal(other.features.pick(every).numeric)


def test_new_rows_are_read_as_the_training_table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = table(tmp_path / "t.csv")
    fb.train(path, "y", settings={"train.epochs": 8, "baselines": False}, out=tmp_path / "run")
    model = fb.load(tmp_path / "run")
    # 1.234 alone would be a number with three decimals.
    (tmp_path / "new.csv").write_text("price;other\n1.234;1\n9.876;1\n")
    (tmp_path / "same.csv").write_text("price;other\n1234,00;1\n9876,00;1\n")
    new, same = (model.predict_proba(tmp_path / name) for name in ("new.csv", "same.csv"))
    assert (new == same).all()
    typed = model.predict_proba(pa.table({"price": [1234.0, 9876.0], "other": [1, 1]}))
    assert (typed == new).all()
    (tmp_path / "new.csv").write_text("price;other\n1.234;1\n9,8,76;1\n")
    with pytest.raises(DataError, match="'9,8,76' is not numeric.*row 2"):
        model.predict(tmp_path / "new.csv")


def test_times_of_day_are_hours(tmp_path):
    path = tmp_path / "t.csv"
    rows = [f"{i % 24:02}:{(7 * i) % 60:02},{i % 2}" for i in range(60)]
    path.write_text("\n".join(["at,y", *rows]) + "\n")
    (column,) = infer(read(path), "y")
    assert (column.type, column.reason) == ("numeric", "times of day, in hours")
    assert as_numbers(column, read(path).columns["at"])[:2].tolist() == [0, 1 + 7 / 60]
