"""A few texts among numbers or dates are named, with their counts, and no column is nagged about its own answers."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data.guess import guess
from fourbeat.data.markers import Marker
from fourbeat.data.strays import strays
from fourbeat.data.survey import survey

RNG = np.random.default_rng(3)
NUMBERS = [f"{x:.1f}" for x in RNG.normal(50, 9, 200)]
WHOLE = [str(x) for x in RNG.integers(10, 90, 200)]
PRICES = [f"${x:,.2f}" for x in RNG.lognormal(8, 1, 200)]
DATES = [f"2022-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(200)]
GERMAN = [f"{1 + i % 28}.{1 + i % 12}.2022" for i in range(200)]


def chunked(texts):
    return pa.chunked_array([pa.array(texts, pa.string())])


@pytest.mark.parametrize(
    ("texts", "kind", "few"),
    [
        ([*NUMBERS, "abc"], "numeric", [("abc", 1)]),
        ([*WHOLE, *["k.A."] * 12], "numeric", [("k.A.", 12)]),
        ([*WHOLE, *["*"] * 3, "TBD", "TBD"], "numeric", [("*", 3), ("TBD", 2)]),
        ([*PRICES, "free", "?", "?"], "numeric", [("free", 1)]),
        ([*DATES, "unknown"], "datetime", [("unknown", 1)]),
        ([*GERMAN, "soon", "31.2.2022"], "datetime", [("31.2.2022", 1), ("soon", 1)]),
    ],
)
def test_a_few_texts_among_others(texts, kind, few):
    found = strays(chunked(texts))
    assert found is not None
    assert (found.kind, list(found.few)) == (kind, [Marker(text, rows) for text, rows in few])
    told = guess("c", chunked(texts))
    assert told.type in ("category", "id")
    assert ("all dates but" if kind == "datetime" else "all numbers but") in told.reason
    assert all(repr(text) in told.reason for text, _ in few)


@pytest.mark.parametrize(
    "texts",
    [
        WHOLE,
        ["red", "green", "blue"] * 60,
        [f"INC{i}" for i in range(200)],
        ["1", "2", "3", "X"] * 50,
        [*[str(i) for i in range(1, 9)] * 20, "X"],  # eight codes and another
        [*WHOLE, *["none"] * 90],  # an answer as often as that
        [*(f"{i:05}" for i in range(200)), "abroad"],  # codes with zeros in front
        ["", None, None],
    ],
)
def test_what_is_what_it_is(texts):
    assert strays(chunked([text or None for text in texts])) is None


def test_a_bound_is_called_one():
    told = guess("c", chunked([*NUMBERS, *["<0.5"] * 9]))
    assert "all numbers but '<0.5': more or less than a number is none" in told.reason


@settings(deadline=None)
@given(st.lists(st.text(max_size=6), max_size=8))
def test_strays_are_counted_as_they_are_written(more):
    texts = [*WHOLE, *(text for text in more if text)]
    found = strays(chunked(texts))
    for marker in found.few if found else ():
        assert marker.rows == texts.count(marker.text)


def looked_at(tmp_path, **columns):
    n = 400
    rng = np.random.default_rng(1)
    table = {"y": ["no", "yes"] * (n // 2), "other": rng.normal(size=n), **columns}
    return survey(DataConfig(target="y", **tmp_path), SplitConfig(), 0, pa.table(table)).markers


def test_the_survey_proposes_them_unless_the_type_was_said():
    rng = np.random.default_rng(1)
    texts = [str(x) for x in rng.integers(10, 90, 400)]
    texts[5] = texts[7] = "not measured"
    assert looked_at({}, glucose=texts) == {"glucose": [Marker("not measured", 2)]}
    told = {"columns": {"glucose": {"type": "category"}}}
    assert looked_at(told, glucose=texts) == {}


def measured(value, rows=24, mean=140.0, deviation=12.0):
    numbers = np.random.default_rng(2).normal(mean, deviation, 400).round(1)
    numbers[:rows] = value
    return numbers


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (measured(-1.0), "-1"),
        (measured(-9.0), "-9"),
        (measured(0.0), "0"),
        (measured(-999.25), "-999.25"),
        (measured(99.9, mean=27, deviation=5), "99.9"),
        (measured(-1.0, mean=40, deviation=9).astype(int), "-1"),
    ],
)
def test_a_number_apart_from_all_others_is_proposed(values, text):
    assert looked_at({}, c=values) == {"c": [Marker(text, 24)]}


@pytest.mark.parametrize(
    "values",
    [
        measured(0.0, rows=3),
        measured(0.0, rows=120),  # so many have none of it
        measured(0.0, mean=20, deviation=12).clip(0),
        measured(-1.0, mean=0, deviation=1),
        np.where(np.arange(400) % 9, np.random.default_rng(0).lognormal(5, 1, 400), 0.0),
        np.random.default_rng(0).choice([0, 10, 15, 20], 400),
        np.random.default_rng(0).integers(-1, 40, 400),
        np.random.default_rng(0).integers(0, 100, 400),
        np.random.default_rng(0).normal(60, 12, 400).clip(None, 99).round(),
    ],
)
def test_a_number_that_is_an_answer_is_not(values):
    assert looked_at({}, c=values) == {}


def test_dates_that_stand_for_none():
    days = np.array(["2021-01-01"], "M8[D]") + np.random.default_rng(0).integers(0, 500, 400)
    assert looked_at({}, c=days) == {}
    written = [f"{str(day)[8:]}.{str(day)[5:7]}.{str(day)[:4]}" for day in days]
    written[:9] = ["31.12.9999"] * 9
    days[:9] = np.datetime64("1900-01-01")
    assert looked_at({}, c=days, d=written) == {
        "c": [Marker("1900-01-01", 9)],
        "d": [Marker("31.12.9999", 9)],
    }
    missing = {"missing": ["1900-01-01", "31.12.9999"]}
    assert looked_at(missing, c=days, d=written) == {}
