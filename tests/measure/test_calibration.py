"""Calibration: what is said against what comes true, and the temperature that brings them together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss

from fourbeat.measure import temperature
from fourbeat.measure.calibration import BINS, bins, expected_error, of_classes


@given(st.integers(1, 300), st.integers(0, 2**32 - 1), st.sampled_from([2, 10, 10**6]))
def test_bins_hold_each_row_once_and_never_part_equals(rows, seed, grain):
    source = np.random.default_rng(seed)
    p = source.integers(0, grain + 1, rows) / grain
    true = source.random(rows) < p
    found = bins(p, true)
    assert 1 <= len(found) <= BINS
    assert sum(one.rows for one in found) == rows
    assert sum(one.rows * one.said for one in found) == pytest.approx(p.sum())
    assert sum(one.rows * one.true for one in found) == pytest.approx(true.sum())
    assert [one.said for one in found] == sorted(one.said for one in found)
    assert len({one.said for one in found}) == len(found)
    assert 0 <= expected_error(found) <= 1


def test_without_ties_bins_are_those_of_scikit_learn():
    source = np.random.default_rng(0)
    p = source.random(1500)
    true = source.random(1500) < p**2
    found = bins(p, true)
    came, said = calibration_curve(true, p, n_bins=BINS, strategy="quantile")
    assert [one.rows for one in found] == [100] * BINS
    assert [one.said for one in found] == pytest.approx(said.tolist(), abs=2e-3)
    assert [one.true for one in found] == pytest.approx(came.tolist(), abs=0.02)


def test_the_error_is_what_is_known_of_it():
    source = np.random.default_rng(1)
    p = source.random(200_000)
    assert expected_error(bins(p, source.random(len(p)) < p)) < 0.01
    # Said p, true with p squared: the mean of |p - p^2| is 1/6.
    assert expected_error(bins(p, source.random(len(p)) < p**2)) == pytest.approx(1 / 6, abs=0.01)


def test_of_several_classes_the_likeliest_is_looked_at():
    p, came = of_classes(np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]), np.array([1, 2]))
    assert p.tolist() == [0.5, 0.6]
    assert came.tolist() == [True, False]


def log_loss_at(logits, target, t):
    return log_loss(target, temperature.softmax(logits / t), labels=list(range(logits.shape[1])))


@given(st.integers(2, 4), st.integers(0, 2**32 - 1), st.sampled_from([0.3, 1.0, 4.0]))
def test_no_other_temperature_has_a_lower_loss(classes, seed, scale):
    source = np.random.default_rng(seed)
    logits = source.normal(size=(200, classes))
    target = (logits + source.gumbel(size=logits.shape)).argmax(axis=1)
    found = temperature.of_classes(scale * logits, target)
    least = log_loss_at(scale * logits, target, found)
    for factor in (0.5, 0.95, 1.05, 2.0):
        tried = np.clip(found * factor, *temperature.RANGE)
        assert least <= log_loss_at(scale * logits, target, tried) + 1e-12


@given(st.integers(0, 2**32 - 1))
def test_a_label_s_temperature_is_that_of_two_classes(seed):
    source = np.random.default_rng(seed)
    logits = source.normal(size=300)
    true = source.random(300) < temperature.sigmoid(logits)
    two = np.stack([np.zeros(300), 3 * logits], axis=1)
    both = temperature.of_label(3 * logits, true), temperature.of_classes(two, true.astype(int))
    assert both[0] == pytest.approx(both[1], rel=1e-6)


def test_a_sharpened_model_is_brought_back():
    source = np.random.default_rng(2)
    logits = source.normal(size=(50_000, 3))
    target = (logits + source.gumbel(size=logits.shape)).argmax(axis=1)
    assert temperature.of_classes(5 * logits, target) == pytest.approx(5, rel=0.03)


def test_rows_without_an_error_or_without_sense_end_at_the_range():
    logits = np.array([[3.0, 0.0], [0.0, 2.0]])
    assert temperature.of_classes(logits, np.array([0, 1])) == pytest.approx(temperature.RANGE[0])
    assert temperature.of_classes(logits, np.array([1, 0])) == pytest.approx(temperature.RANGE[1])
