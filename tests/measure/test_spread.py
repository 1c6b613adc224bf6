"""Means of a few results, and how sure they are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourbeat.measure.spread import quantile, spread, within

stats = pytest.importorskip(
    "scipy.stats", reason="SciPy, which comes with scikit-learn, is the judge"
)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 7, 8, 9, 10, 25, 99, 100])
def test_student(freedom):
    assert quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)
    for t in (0.1, 1.0, 3.0):
        expected = stats.t.cdf(t, freedom) - stats.t.cdf(-t, freedom)
        assert within(t, freedom) == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20))
def test_mean_and_interval(values):
    found = spread(values)
    assert found.mean == pytest.approx(np.mean(values), abs=1e-9)
    assert found.std == pytest.approx(np.std(values, ddof=1), abs=1e-9)
    half = stats.t.ppf(0.975, len(values) - 1) * found.std / len(values) ** 0.5
    assert (found.low, found.high) == pytest.approx(
        (found.mean - half, found.mean + half), abs=1e-6
    )


def test_folds_are_less_sure():
    values = [0.7, 0.75, 0.8, 0.72, 0.78]
    one, other = spread(values), spread(values, overlap=0.25)
    assert other.high - other.mean == pytest.approx((one.high - one.mean) * (1 + 5 * 0.25) ** 0.5)


def test_one_value_has_no_spread():
    one = spread([0.5])
    assert one.mean == 0.5
    assert all(map(math.isnan, (one.std, one.low, one.high)))
