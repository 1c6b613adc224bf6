"""Curves and their axes: what is drawn, what is left out and said, for values of any kind."""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fourbeat.receipt.report import axes
from fourbeat.receipt.report.charts import BOTTOM, HEIGHT, RIGHT, TOP, WIDTH, Line, chart

sizes = st.floats(-1e300, 1e300)


def drawn(*values: float, **options: object) -> str:
    """A chart of one line over epochs 1, 2, …"""
    line = Line("train", "train", tuple(enumerate(values, start=1)))
    return chart("loss", [line], "c", span=(1, len(values)), **options).text  # type: ignore[arg-type]


def lines(figure: str) -> list[list[tuple[float, float]]]:
    """The points of each piece of curve in the drawing."""
    paths = re.findall(r'<path d="M([^"HVv]*)" class="line train">', figure)
    return [[(float(x), float(y)) for x, y in (p.split() for p in d.split("L"))] for d in paths]


def dots(figure: str) -> list[tuple[float, float]]:
    found = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="2.4"', figure)
    return [(float(x), float(y)) for x, y in found]


@given(sizes, sizes)
@example(0.0, 0.0)
@example(5e-324, 5e-324)
@example(-1e300, 1e300)
@example(0.1, 0.30000000000000004)
@example(1.0, 1.0 + 1e-15)
@example(999999.0, 1000001.0)
def test_a_linear_axis_holds_its_values_between_ticks_that_can_be_told_apart(a: float, b: float):
    low, high = sorted((a, b))
    axis = axes.linear(low, high)
    places = [value for value, _ in axis.ticks]
    slack = 1e-6 * (axis.high - axis.low)
    assert axis.low - slack <= low <= high <= axis.high + slack
    assert places == sorted(set(places))
    assert len({label for _, label in axis.ticks}) == len(places)
    assert 2 <= len(places) <= 8
    assert -1e-6 <= axis.at(low) <= axis.at(high) <= 1 + 1e-6


@given(sizes, sizes)
@example(0.1, 0.2)
def test_labels_are_the_ticks_values(a: float, b: float):
    axis = axes.linear(*sorted((a, b)))
    step = axis.ticks[1][0] - axis.ticks[0][0]
    for value, label in axis.ticks:
        assert float(label) == pytest.approx(value, rel=1e-9, abs=step * 1e-6)


@given(st.floats(1e-300, 1e300), st.floats(100, 1e300))
@example(1e-300, 1e300)
@example(0.001, 1000.0)
def test_a_logarithmic_axis_holds_its_values(low: float, factor: float):
    high = min(low * factor, axes.LARGEST)
    if high / low < 100:
        return
    axis = axes.logarithmic(low, high)
    assert axis.low <= low * (1 + 1e-6)
    assert axis.high >= high * (1 - 1e-6)
    assert 2 <= len(axis.ticks) <= 12
    assert len({label for _, label in axis.ticks}) == len(axis.ticks)


def test_round_numbers():
    assert [label for _, label in axes.linear(0.655, 0.981).ticks] == [
        "0.6", "0.7", "0.8", "0.9", "1.0",
    ]  # fmt: skip
    assert [label for _, label in axes.linear(1e-5, 4.2e-5).ticks] == [
        "1e-5", "2e-5", "3e-5", "4e-5", "5e-5",
    ]  # fmt: skip
    assert [label for _, label in axes.logarithmic(0.013, 2.3).ticks] == [
        "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5",
    ]  # fmt: skip


@given(st.integers(1, 10**6), st.integers(0, 10**6))
@example(1, 0)
@example(1, 499)
def test_epochs_are_whole_numbers_of_the_run(first: int, more: int):
    axis = axes.epochs(first, first + more)
    places = [value for value, _ in axis.ticks]
    assert places[0] == first
    assert places == sorted(set(places))
    assert len(places) <= 11
    assert all(value == int(value) and first <= value <= first + more for value in places)
    assert 0 <= axis.at(first) <= axis.at(first + more) <= 1


def test_one_epoch_is_a_dot_in_the_middle():
    figure = drawn(0.5)
    assert not lines(figure)
    ((x, y),) = dots(figure)
    left = float(re.search(r'd="M([\d.]+) [\d.]+H\d+" class="grid"', figure).group(1))  # type: ignore[union-attr]
    assert x == pytest.approx((left + WIDTH - RIGHT) / 2, abs=0.2)
    assert y == pytest.approx((TOP + HEIGHT - BOTTOM) / 2, abs=0.2)


def test_many_epochs_are_one_line_without_dots():
    figure = drawn(*(1 / n for n in range(1, 501)))
    assert [len(piece) for piece in lines(figure)] == [500]
    assert not dots(figure)
    xs, ys = zip(*lines(figure)[0], strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys)


def test_constant_values_are_a_level_line():
    for value in (0.0, 1e-3, 0.25, -7e9, 1e299):
        ((first, *rest),) = lines(drawn(value, value, value))
        assert {y for _, y in rest} == {first[1]}


@given(st.lists(st.floats(), min_size=1, max_size=30), st.booleans())
@example([math.nan, math.inf, -math.inf], True)
@example([1e308, -1e308, 5e-324], True)
def test_any_values_stay_within_the_drawing(values: list[float], may_log: bool):
    figure = drawn(*values, may_log=may_log)
    points = [point for piece in lines(figure) for point in piece] + dots(figure)
    for x, y in points:
        assert 0 <= x <= WIDTH - RIGHT + 0.1
        assert TOP - 0.1 <= y <= HEIGHT - BOTTOM + 0.1
    good = sum(math.isfinite(value) and abs(value) <= axes.LARGEST for value in values)
    assert len(dots(figure)) == good
    assert ("Gaps in train" in figure) == (good < len(values))
    assert ("No value can be drawn." in figure) == (good == 0)
    assert "nan" not in " ".join(re.findall(r'="([^"]*)"', figure)).lower()


def test_gaps_break_the_line_and_are_said():
    nan, inf = math.nan, math.inf
    figure = drawn(1, 2, nan, 3, 4, inf, inf, inf, 5, nan, 6, 1e301)
    assert [len(piece) for piece in lines(figure)] == [2, 2]
    assert (
        "Gaps in train: NaN at epochs 3, 10; infinite at epochs 6-8; too large at epoch 12."
        in figure
    )
    assert len(dots(figure)) == 6


def test_an_epoch_without_a_value_is_no_gap():
    line = Line("validation", "train", ((5, 1.0), (10, 0.5), (15, 0.4)))
    figure = chart("loss", [line], "c", span=(1, 15)).text
    assert [len(piece) for piece in lines(figure)] == [3]
    assert "Gaps" not in figure


def test_a_wide_range_is_logarithmic_only_if_it_may_be():
    assert "Logarithmic scale." in drawn(100, 1, 0.01, may_log=True)
    assert "Logarithmic" not in drawn(100, 1, 0.01)
    assert "Logarithmic" not in drawn(100, 1, 0, may_log=True)
    assert "Logarithmic" not in drawn(9, 3, 1, may_log=True)


def test_the_selected_epoch_is_marked_where_it_is():
    figure = drawn(3, 2, 1, 2, selected=3, ring="train")
    (place,) = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="5"', figure)
    assert (float(place[0]), float(place[1])) == lines(figure)[0][2]
    assert f'd="M{place[0]} ' in figure
    assert "selected: 3" in figure
    assert "The selected epoch is 3." in figure
    elsewhere = drawn(3, 2, 1, 2, selected=9, ring="train")
    assert "selected" not in elsewhere.replace('class="selected"', "selected")


def test_the_drawing_is_described():
    figure = drawn(0.5, 0.25, 0.375)
    assert '<svg viewBox="0 0 460 268" role="img" aria-labelledby="c-title c-desc"' in figure
    assert '<title id="c-title">loss by epoch</title>' in figure
    said = "train: 0.5000 at epoch 1, 0.3750 at epoch 3, lowest 0.2500, highest 0.5000."
    assert f'<desc id="c-desc">{said}</desc>' in figure
