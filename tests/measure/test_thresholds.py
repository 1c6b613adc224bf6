"""Thresholds: no other one serves the goal better, on any rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_score, recall_score

from fourbeat.measure.thresholds import Goal, candidates, choose

ROWS = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=0, max_size=40).map(
    lambda rows: [*rows, (3, True), (5, False)]
)


def arrays(rows):
    return np.array([p / 8 for p, _ in rows]), np.array([true for _, true in rows])


def tries(p):
    """A threshold for each way to part the rows."""
    return [*np.unique(p), 1.5, 0.0]


@given(ROWS, st.floats(0.1, 10), st.floats(0.1, 10))
def test_no_threshold_costs_less(rows, false_positive, false_negative):
    p, true = arrays(rows)

    def cost(t):
        said = p >= t
        return false_positive * (said & ~true).sum() + false_negative * (~said & true).sum()

    goal = Goal("cost", false_positive=false_positive, false_negative=false_negative)
    assert cost(choose(p, true, goal).value) == pytest.approx(min(map(cost, tries(p))))


@pytest.mark.parametrize(
    ("name", "score"), [("f1", f1_score), ("balanced_accuracy", balanced_accuracy_score)]
)
@given(ROWS)
def test_none_has_a_higher_score(name, score, rows):
    p, true = arrays(rows)
    found = score(true, p >= choose(p, true, Goal(name)).value)
    assert found == pytest.approx(max(score(true, p >= t) for t in tries(p)))


@pytest.mark.parametrize(
    ("name", "held", "wanted"),
    [
        ("precision", precision_score, recall_score),
        ("recall", recall_score, precision_score),
    ],
)
@given(ROWS, st.floats(0.05, 1))
def test_above_a_floor_none_has_more_of_the_other(name, held, wanted, rows, floor):
    p, true = arrays(rows)
    found = choose(p, true, Goal(name, floor=floor))
    said = p >= found.value
    kept = [t for t in tries(p) if (p >= t).any() and held(true, p >= t) >= floor]
    if kept:
        assert found.met
        assert held(true, said) >= floor
        best = max(wanted(true, p >= t) for t in kept)
        assert wanted(true, said) == pytest.approx(best)
    else:
        assert not found.met
        nearest = max(held(true, p >= t) for t in tries(p) if (p >= t).any())
        assert held(true, said) == pytest.approx(nearest)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30, unique=True), st.integers(0, 2**32 - 1))
def test_every_way_to_part_the_rows_is_tried_once(values, seed):
    p = np.array(values)
    true = np.random.default_rng(seed).random(len(p)) < 0.5
    tried = candidates(p, true)
    parts = [(p >= value).sum() for value in tried.values]
    assert parts == list(range(len(p) + 1))
    for value, hits, alarms in zip(tried.values, tried.hits, tried.alarms, strict=True):
        assert hits == (true & (p >= value)).sum()
        assert alarms == (~true & (p >= value)).sum()


def test_neighbouring_numbers_are_parted():
    low = 0.5
    high = np.nextafter(low, 1)
    p, true = np.array([low, high]), np.array([False, True])
    assert ((p >= choose(p, true, Goal("f1")).value) == true).all()
