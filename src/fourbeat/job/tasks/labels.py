"""Several labels: binary cross-entropy of each, and a decision at a half or at a threshold."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fourbeat.config.options import TrainConfig
from fourbeat.data.record import DataRecord
from fourbeat.job.metrics import area, precision
from fourbeat.job.tasks.task import Answer, Task, column, tempered, weights_for
from fourbeat.job.whole import Function, each_output
from fourbeat.measure import calibration, decided, ranking
from fourbeat.measure.figures import OfLabels
from fourbeat.receipt.results import DecisionRecord


def loss(config: TrainConfig, target: Tensor, data: DataRecord) -> nn.Module:
    """Binary cross-entropy of the logits, its mean over rows and labels.

    Args:
        config: `class_weights` weigh a label's ones against its zeros: `balanced` by (rows with 0)
            / (rows with 1).
        target: of the training rows, float32 of shape (rows, labels).
        data: with the labels.
    """
    weight = weights_for(config, len(data.labels), "labels")
    if config.class_weights == "balanced":
        ones = target.double().sum(dim=0)
        weight = ((len(target) - ones) / ones).float()
    return nn.BCEWithLogitsLoss(pos_weight=weight)


def metrics(_data: DataRecord, select: str) -> Mapping[str, Function]:
    """Weighted by rows, each label decided at a probability of a half.

    `accuracy` is the share of right answers over all rows and labels, `exact` the share of rows
    with no wrong one, `auc` the mean of the labels' areas under their ROC curves: NaN if one of
    them has none, since all rows have the same value of it.
    """
    more = {select: SELECTING[select]} if select in SELECTING else {}
    return {
        "accuracy": lambda output, target: right(output, target).double().mean(),
        "exact": lambda output, target: right(output, target).all(dim=1).double().mean(),
        "auc": lambda output, target: areas(output, target).mean(),
        **more,
    }


def right(output: Tensor, target: Tensor) -> Tensor:
    """Which decisions are right."""
    return (output >= 0) == (target > 0)


def precisions(output: Tensor, target: Tensor) -> Tensor:
    """The mean of the labels' average precisions."""
    columns = zip(output.sigmoid().T, target.T > 0, strict=True)
    return torch.stack([precision(p, true) for p, true in columns]).mean()


def f1(output: Tensor, target: Tensor) -> Tensor:
    """The mean over the labels that a row has or was said to have."""
    said, true = output >= 0, target > 0
    hits = (said & true).sum(dim=0).double()
    return (2 * hits / (said.sum(dim=0) + true.sum(dim=0))).nanmean()


def balanced_accuracy(output: Tensor, target: Tensor) -> Tensor:
    """The mean over the labels of the mean recall of their ones and zeros."""
    said, true = output >= 0, target > 0
    ones = (said & true).sum(dim=0).double() / true.sum(dim=0)
    zeros = (~said & ~true).sum(dim=0).double() / (~true).sum(dim=0)
    return torch.stack([ones, zeros]).nanmean(dim=0).nanmean()


SELECTING: dict[str, Function] = {
    "average_precision": precisions,
    "f1": f1,
    "balanced_accuracy": balanced_accuracy,
}
"""Metrics that are looked at after each epoch only where they select."""


def areas(output: Tensor, target: Tensor) -> Tensor:
    """The area under each label's ROC curve, float64 of shape (labels,)."""
    columns = zip(output.sigmoid().T, target.T > 0, strict=True)
    return torch.stack([area(p, true) for p, true in columns])


def undefined(target: Tensor, data: DataRecord) -> dict[str, str]:
    """There is no macro AUC without a 0 and a 1 of each label."""
    for label, values in zip(data.labels, target.T, strict=True):
        if values.min() == values.max():
            why = f"label {label.name!r} is {values[0]:g} in all validation rows"
            return dict.fromkeys(("auc", "average_precision"), why)
    return {}


def answer(outputs: Tensor, _data: DataRecord, decision: DecisionRecord | None) -> Answer:
    """Each label's decision, int64 of shape (rows, labels), and its probability."""
    p = tempered(outputs, decision).sigmoid().numpy()
    thresholds = 0.5 if decision is None or not decision.thresholds else decision.thresholds
    return Answer((p >= np.array(thresholds)).astype(np.int64), p)


def columns(said: Answer, data: DataRecord) -> dict[str, Any]:
    """`prediction_<label>` and `p_<label>` for each label."""
    assert said.probabilities is not None
    made: dict[str, Any] = {}
    for i, label in enumerate(data.labels):
        made[f"prediction_{label.name}"] = column(said.decision[:, i])
        made[f"p_{label.name}"] = column(said.probabilities[:, i])
    return made


def figures(said: Answer, target: Tensor, _data: DataRecord) -> OfLabels:
    """A probability of a half counts, whatever the thresholds."""
    assert said.probabilities is not None
    return OfLabels(said.probabilities, target.numpy() > 0)


def details(said: Answer, target: Tensor, _data: DataRecord) -> dict[str, Any]:
    """Label by label, and the calibration of all labels' probabilities together.

    `label_counts` holds, for each label, rows that have it and were said to, were said to only, have
    it only, and neither; `label_auc` and `label_average_precision` its ranking.
    """
    p, true = said.probabilities, target.numpy() > 0
    assert p is not None
    bins = calibration.bins(p.ravel(), true.ravel())
    matrices = decided.label_counts(true, p >= 0.5)
    ranked = ranking.Ranking(p, true).counts()
    return {
        "ece": calibration.expected_error(bins),
        "label_counts": [
            [int(m[1, 1]), int(m[0, 1]), int(m[1, 0]), int(m[0, 0])] for m in matrices
        ],
        "label_auc": ranking.areas(ranked).tolist(),
        "label_average_precision": ranking.average_precisions(ranked).tolist(),
        "calibration": [list(one) for one in bins],
    }


def truth(target: Tensor, data: DataRecord) -> dict[str, Any]:
    """`target_<label>` for each label."""
    ones = target.numpy().astype(np.int64)
    return {f"target_{label.name}": column(ones[:, i]) for i, label in enumerate(data.labels)}


LABELS = Task(loss, each_output, metrics, undefined, answer, columns, figures, details, truth)
