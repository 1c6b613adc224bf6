"""Metrics: those of scikit-learn, whatever the ties, and nothing where there is nothing to measure."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as theirs

from fourbeat.errors import DataError
from fourbeat.measure.figures import OfClasses, OfLabels, OfQuantities
from fourbeat.measure.ranking import Ranking, areas, average_precision, average_precisions, roc_auc

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=60)


def same(found, expected):
    """Equal, or both NaN."""
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(PAIRS)
def test_ranked_scores_are_those_of_scikit_learn(rows):
    scores = np.array([[score / 6] for score, _ in rows])
    true = np.array([[one] for _, one in rows])
    area, precision = roc_auc(scores, true), average_precision(scores, true)
    if 0 < true.sum() < len(true):
        same(area, theirs.roc_auc_score(true[:, 0], scores[:, 0]))
    else:
        assert math.isnan(area)
    if true.any():
        same(precision, theirs.average_precision_score(true[:, 0], scores[:, 0]))
    else:
        assert math.isnan(precision)


@given(PAIRS, st.integers(0, 2**32 - 1))
def test_a_sample_is_measured_as_if_it_stood_alone(rows, seed):
    scores = np.array([[score / 6] for score, _ in rows])
    true = np.array([[one] for _, one in rows])
    taken = np.random.default_rng(seed).integers(0, len(rows), len(rows))
    counts = Ranking(scores, true).counts(taken)
    alone = Ranking(scores[taken], true[taken]).counts()
    same(areas(counts), areas(alone))
    same(average_precisions(counts), average_precisions(alone))


def softmaxed(logits):
    raised = np.exp(logits)
    return raised / raised.sum(axis=1, keepdims=True)


@given(
    st.integers(2, 5),
    st.integers(1, 40),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1.0, 3.0, 12.0]),
)
def test_figures_of_classes_are_those_of_scikit_learn(classes, rows, seed, scale):
    source = np.random.default_rng(seed)
    p = softmaxed(scale * source.integers(-3, 4, (rows, classes)) / 3)
    if classes == 2:  # the other class's share is the rest, to the last bit
        p[:, 0] = 1 - (p[:, 1] * 64).round() / 64
        p[:, 1] = 1 - p[:, 0]
    target = source.integers(0, classes, rows)
    found = OfClasses(p, target).of()
    said, labels = p.argmax(axis=1), list(range(classes))
    same(found["accuracy"], theirs.accuracy_score(target, said))
    same(found["log_loss"], theirs.log_loss(target, p, labels=labels))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class may be absent
        same(found["balanced_accuracy"], theirs.balanced_accuracy_score(target, said))
        if classes > 2:
            same(found["f1"], theirs.f1_score(target, said, average="macro"))
            same(found["brier"], theirs.brier_score_loss(target, p, labels=labels))
        else:
            same(found["brier"], theirs.brier_score_loss(target, p[:, 1], labels=labels))
            if target.any() or said.any():
                same(found["f1"], theirs.f1_score(target, said, zero_division=0))
            else:
                assert math.isnan(found["f1"])
    if len(set(target)) == classes:
        one_hot = np.eye(classes)[target]
        columns = [1] if classes == 2 else labels
        each = [theirs.roc_auc_score(one_hot[:, c], p[:, c]) for c in columns]
        same(found["auc"], np.mean(each))
        each = [theirs.average_precision_score(one_hot[:, c], p[:, c]) for c in columns]
        same(found["average_precision"], np.mean(each))
    elif classes > 2:
        assert math.isnan(found["auc"])
        assert math.isnan(found["average_precision"])


@given(st.integers(1, 4), st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_figures_of_labels_are_those_of_scikit_learn(labels, rows, seed):
    source = np.random.default_rng(seed)
    p = source.integers(0, 9, (rows, labels)) / 8
    true = source.random((rows, labels)) < 0.5
    true[0], true[1] = True, False  # each label has a row of either kind
    found, said = OfLabels(p, true).of(), p >= 0.5
    same(found["accuracy"], (said == true).mean())
    same(found["exact"], theirs.accuracy_score(true, said))
    same(found["auc"], np.mean([theirs.roc_auc_score(*c) for c in zip(true.T, p.T, strict=True)]))
    same(found["average_precision"], theirs.average_precision_score(true, p, average="macro"))
    columns = list(zip(true.T, said.T, strict=True))
    same(found["f1"], np.mean([theirs.f1_score(*c, zero_division=0) for c in columns]))
    same(found["balanced_accuracy"], np.mean([theirs.balanced_accuracy_score(*c) for c in columns]))
    each = [theirs.log_loss(t, q, labels=[False, True]) for t, q in zip(true.T, p.T, strict=True)]
    same(found["log_loss"], np.mean(each))
    same(found["brier"], np.square(p - true).mean())


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=40),
    st.floats(-1e6, 1e6),
)
def test_figures_of_quantities_are_those_of_scikit_learn(pairs, shift):
    said, true = np.array(pairs).T + shift
    found = OfQuantities(said, true).of()
    assert found["rmse"] == pytest.approx(theirs.root_mean_squared_error(true, said), rel=1e-9)
    assert found["mae"] == pytest.approx(theirs.mean_absolute_error(true, said), rel=1e-9)
    if len(true) > 1 and np.ptp(true) > 1e-3:
        assert found["r2"] == pytest.approx(theirs.r2_score(true, said), rel=1e-6, abs=1e-9)
    elif np.ptp(true) == 0:
        assert math.isnan(found["r2"])


def test_confident_answers_stay_apart():
    """In float32, as answers are kept, 1 - p is gone, and the other class still knows it."""
    p = softmaxed(np.array([[0.0, 20.0], [0.0, 30.0], [0.0, 40.0]])).astype(np.float32)
    assert len(set(p[:, 1])) == 1
    assert OfClasses(p, np.array([0, 1, 1])).of()["auc"] == 1


def test_what_is_no_probability_is_refused():
    p, target = np.full((3, 2), 0.5), np.array([0, 1, 1])
    for row, bad in ((1, math.nan), (2, math.inf)):
        broken = p.copy()
        broken[row, 0] = bad
        with pytest.raises(DataError, match=f"1 of 3 rows are not finite.*row {row}"):
            OfClasses(broken, target)
    logits = p * 4
    with pytest.raises(DataError, match=r"a probability is 2\.0: 3 of 3.*not logits"):
        OfClasses(logits, target)
    with pytest.raises(DataError, match="2 rows of probabilities for 3 targets"):
        OfClasses(p[:2], target)
    with pytest.raises(DataError, match="0 rows"):
        OfClasses(p[:0], target[:0])
    with pytest.raises(DataError, match="predictions of 1 of 2 rows are not finite"):
        OfQuantities(np.array([1.0, math.nan]), np.array([1.0, 2.0]))
