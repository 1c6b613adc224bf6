"""Intervals: they cover what they are to cover, tell pairs apart, and come again."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from fourbeat.measure.bootstrap import differences, intervals, resampled_rows
from fourbeat.measure.figures import OfClasses, OfLabels, OfQuantities
from fourbeat.measure.mcnemar import mcnemar


def sample(rows, seed, gap=1.0):
    """Two classes whose scores are normal, a gap apart: the area is known."""
    source = np.random.default_rng(seed)
    target = (source.random(rows) < 0.3).astype(np.int64)
    score = source.normal(size=rows) + gap * target
    p = 1 / (1 + np.exp(-score))
    return np.stack([1 - p, p], axis=1), target


@pytest.mark.slow
def test_they_cover_the_true_value_about_as_often_as_they_say():
    true_area = norm.cdf(1 / np.sqrt(2))
    covered = {"auc": 0, "accuracy": 0}
    trials = 60
    for seed in range(trials):
        p, target = sample(300, seed)
        figures = OfClasses(p, target)
        found = intervals(figures, seed)
        covered["auc"] += found["auc"][0] <= true_area <= found["auc"][1]
        # A row is right if its score is on its side of 0.
        right = 0.7 * norm.cdf(0) + 0.3 * norm.cdf(1)
        covered["accuracy"] += found["accuracy"][0] <= right <= found["accuracy"][1]
    for name, times in covered.items():
        assert binomtest(times, trials, 0.95).pvalue > 0.001, (name, times)


def test_the_mean_s_interval_is_that_of_the_normal_distribution():
    source = np.random.default_rng(0)
    true = source.normal(size=5000)
    errors = source.exponential(size=5000)
    found = intervals(OfQuantities(true + errors, true), 1)["mae"]
    half = 1.96 * errors.std() / np.sqrt(5000)
    assert found == pytest.approx((errors.mean() - half, errors.mean() + half), abs=0.12 * half)


def test_a_part_of_the_rows_gives_the_width_of_all():
    """100,000 rows, of which 20,000 are resampled: the width is that of 100,000."""
    p, target = sample(100_000, 3)
    figures = OfClasses(p, target)
    exact, found = figures.of(), intervals(figures, 0)
    assert resampled_rows(figures) == 20_000
    low, high = found["accuracy"]
    half = 1.96 * np.sqrt(exact["accuracy"] * (1 - exact["accuracy"]) / 100_000)
    assert (high - low) / 2 == pytest.approx(half, rel=0.1)
    assert low < exact["accuracy"] < high
    small = intervals(OfClasses(p[:10_000], target[:10_000]), 0)
    for name in ("auc", "average_precision", "log_loss"):
        low, high = found[name]
        ends = small[name]
        assert (ends[1] - ends[0]) / (high - low) == pytest.approx(np.sqrt(10), rel=0.15)


def test_groups_of_scores_do_not_change_the_width(monkeypatch):
    """Also where a hundredth of the rows is positive, and average precision hangs on the first few."""
    source = np.random.default_rng(0)
    target = (source.random(4000) < 0.01).astype(np.int64)
    q = 1 / (1 + np.exp(-(source.normal(size=4000) + 2 * target)))
    figures = OfClasses(np.stack([1 - q, q], axis=1), target)
    rough = intervals(figures, 0)
    monkeypatch.setattr("fourbeat.measure.ranking.GROUPS", 4000)
    for name, ends in intervals(figures, 0).items():
        assert rough[name] == pytest.approx(ends, abs=0.02 * (ends[1] - ends[0]))


def test_the_same_seed_gives_the_same_ends_and_another_one_others():
    p, target = sample(200, 1)
    figures = OfClasses(p, target)
    made = [intervals(figures, seed) for seed in (5, 5, 6)]
    assert made[0] == made[1] != made[2]


def test_global_random_numbers_are_left_alone():
    p, target = sample(60, 1)
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    intervals(OfClasses(p, target), 0)
    assert np.random.rand() == expected


def test_few_rows_and_figures_that_are_not_there_have_none():
    p, target = sample(19, 0)
    assert intervals(OfClasses(p, target), 0) == {}
    p, target = sample(40, 0)
    one_class = OfClasses(p, np.zeros_like(target))
    found = intervals(one_class, 0)
    assert "auc" not in found
    assert found["accuracy"][0] <= found["accuracy"][1]
    rare = np.zeros(100, np.int64)
    rare[0] = 1  # in a third of the resamples it does not occur
    p, _ = sample(100, 0)
    assert "auc" not in intervals(OfClasses(p, rare), 0)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_a_model_against_itself_differs_by_nothing(seed):
    p, target = sample(80, seed)
    figures = OfClasses(p, target)
    found = differences(figures, figures, ["auc", "log_loss"], 0)
    for one in found.values():
        assert one.value == 0
        assert one.interval in (None, (0, 0))
        assert one.sign == 0


def test_pairs_tell_apart_what_single_intervals_cannot():
    p, target = sample(400, 4)
    score = np.log(p[:, 1] / p[:, 0])
    noise = np.random.default_rng(9).normal(size=400)
    worse = 1 / (1 + np.exp(-(score + 0.8 * noise)))
    models = [OfClasses(q, target) for q in (p, np.stack([1 - worse, worse], axis=1))]
    exact = models[0].of(), models[1].of()
    found = differences(models[0], models[1], ["auc"], 0)["auc"]
    single = [intervals(m, 0)["auc"] for m in models]
    assert found.sign == 1
    assert single[0][0] < exact[1]["auc"]  # each lies within the other's reach
    assert found.value == pytest.approx(exact[0]["auc"] - exact[1]["auc"])
    back = differences(models[1], models[0], ["auc"], 0)["auc"]
    assert back.sign == -1


def test_labels_have_intervals_too():
    source = np.random.default_rng(0)
    p = source.random((300, 3))
    true = source.random((300, 3)) < p
    figures = OfLabels(p, true)
    found, exact = intervals(figures, 0), figures.of()
    assert found.keys() == exact.keys()
    for name, (low, high) in found.items():
        assert low < exact[name] < high


@pytest.mark.slow
def test_a_hundred_times_the_rows_take_nowhere_near_a_hundred_times_as_long():
    def seconds(rows):
        figures = OfClasses(*sample(rows, 0))
        begin = time.perf_counter()
        intervals(figures, 0)
        return time.perf_counter() - begin

    assert seconds(1_000_000) < 25 * seconds(10_000)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
def test_mcnemar_is_the_exact_binomial_test(only_first, only_second, both):
    first = np.array([True] * only_first + [False] * only_second + [True] * both, bool)
    second = np.array([False] * only_first + [True] * only_second + [True] * both, bool)
    found = mcnemar(first, second)
    assert found[:2] == (only_first, only_second)
    total = only_first + only_second
    expected = binomtest(only_first, total, 0.5).pvalue if total else 1.0
    assert found[2] == pytest.approx(expected, rel=1e-9)


def test_mcnemar_of_many_rows_stays_a_probability():
    first = np.arange(100_000) % 2 == 0
    p = mcnemar(first, ~first)[2]
    assert p == pytest.approx(1.0)
    assert mcnemar(first | True, first)[2] == pytest.approx(0.0, abs=1e-300)
