"""Metrics of the whole pass: those of torchmetrics, over batches of any size."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from torchmetrics.classification import (
    MulticlassAccuracy,
    MulticlassAUROC,
    MulticlassAveragePrecision,
    MulticlassConfusionMatrix,
    MulticlassF1Score,
)

from fourbeat.job import metrics as of
from fourbeat.job.metrics import area, counted
from fourbeat.job.whole import Pass, of_the_whole


@given(
    st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=1, max_size=60),
    st.floats(0.01, 1000),
)
def test_the_area_is_that_of_all_pairs(rows, scale):
    scores = torch.tensor([score * scale for score, _ in rows], dtype=torch.float64)
    positive = torch.tensor([true for _, true in rows])
    found = area(scores, positive).item()
    pairs = [(a > b) + (a == b) / 2 for a in scores[positive] for b in scores[~positive]]
    if pairs:
        assert found == pytest.approx(float(sum(pairs)) / len(pairs), abs=1e-12)
        assert found == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
    else:
        assert math.isnan(found)


def batches(classes, seed, sizes=(7, 64, 1)):
    made = torch.Generator().manual_seed(seed)
    for size in sizes:
        logits = torch.randn(size, classes, generator=made)
        labels = torch.randint(0, classes, (size,), generator=made)
        logits[torch.arange(size), labels] += 0.7
        yield logits, labels


FUNCTIONS = {
    "auc": of.auc,
    "average_precision": of.average_precision,
    "f1": of.f1,
    "balanced_accuracy": of.balanced_accuracy,
    "confusion": of.confusion,
}


def made():
    return of_the_whole(FUNCTIONS, Pass(counted))


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_over_batches_they_are_those_of_torchmetrics(classes):
    mine = made()
    theirs = {
        "auc": MulticlassAUROC(classes),
        "confusion": MulticlassConfusionMatrix(classes),
        "balanced_accuracy": MulticlassAccuracy(classes, average="macro"),
        "f1": MulticlassF1Score(classes, average="none" if classes == 2 else "macro"),
        "average_precision": MulticlassAveragePrecision(
            classes, average="none" if classes == 2 else "macro", thresholds=None
        ),
    }
    for _ in range(2):  # what was before a reset is forgotten
        for metric in (*mine.values(), *theirs.values()):
            metric.reset()
        for logits, labels in batches(classes, classes):
            for metric in mine.values():
                metric.update(logits, labels)
            for metric in theirs.values():
                metric.update(logits.double().softmax(dim=1), labels)
    assert torch.equal(mine["confusion"].compute(), theirs["confusion"].compute())
    for name in FUNCTIONS.keys() - {"confusion"}:
        expected = theirs[name].compute()
        if expected.ndim:  # of two classes the last one
            expected = expected[-1]
        assert float(mine[name].compute()) == pytest.approx(expected.item(), abs=1e-6)


def test_without_a_row_of_each_class_there_is_no_area():
    auc = made()["auc"]
    auc.update(torch.randn(8, 3), torch.tensor([0, 1] * 4))
    assert math.isnan(auc.compute())


def test_labels_of_places_are_counted_and_those_below_0_left_out():
    source = torch.Generator().manual_seed(0)
    logits = torch.randn(6, 3, 4, 5, generator=source)
    labels = torch.randint(-1, 3, (6, 4, 5), generator=source)
    mine, plain = made(), made()
    kept = labels >= 0
    for name in FUNCTIONS:
        mine[name].update(logits, labels)
        plain[name].update(logits.movedim(1, -1)[kept], labels[kept])
    for name in FUNCTIONS.keys() - {"confusion"}:
        assert float(mine[name].compute()) == float(plain[name].compute())
    assert torch.equal(mine["confusion"].compute(), plain["confusion"].compute())
    assert mine["confusion"].compute().sum() == kept.sum()


def test_large_margins_stay_apart():
    auc = made()["auc"]
    auc.update(torch.tensor([[0.0, 30.0], [0.0, 31.0], [0.0, -1.0]]), torch.tensor([0, 1, 0]))
    assert auc.compute() == 1.0
