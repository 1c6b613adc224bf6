"""One of several classes: cross-entropy, the largest logit decides, or a threshold."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from fourbeat.config.options import TrainConfig
from fourbeat.data.record import DataRecord
from fourbeat.job import metrics as of
from fourbeat.job.tasks.task import Answer, Task, column, tempered, weights_for
from fourbeat.job.whole import Function
from fourbeat.measure import calibration, decided
from fourbeat.measure.figures import OfClasses
from fourbeat.receipt.results import DecisionRecord

SELECTING: dict[str, Function] = {
    "average_precision": of.average_precision,
    "f1": of.f1,
    "balanced_accuracy": of.balanced_accuracy,
}
"""Metrics that are looked at after each epoch only where they select."""


def loss(config: TrainConfig, target: Tensor, data: DataRecord) -> nn.Module:
    """Cross-entropy, with the weights and the smoothing declared.

    Args:
        config: `class_weights`: `balanced` gives class c the weight rows / (classes * rows of c).
        target: class numbers of the training rows, int64 of shape (rows,).
        data: with the classes.
    """
    classes = len(data.classes)
    weight = weights_for(config, classes, "classes")
    if config.class_weights == "balanced":
        counts = torch.bincount(target, minlength=classes).double()
        weight = (len(target) / (classes * counts)).float()
    return nn.CrossEntropyLoss(weight=weight, label_smoothing=config.label_smoothing)


def metrics(_data: DataRecord, select: str) -> Mapping[str, Function]:
    """AUC, and the metric that selects; the accuracy comes with the loop."""
    more = {select: SELECTING[select]} if select in SELECTING else {}
    return {"auc": of.auc, **more}


def undefined(target: Tensor, data: DataRecord) -> dict[str, str]:
    """There is no AUC without rows of every class, and no F1 of a class without rows."""
    found: dict[str, str] = {}
    if len(target.unique()) < len(data.classes):
        found |= dict.fromkeys(("auc", "average_precision"), "a class has no validation row")
    if len(data.classes) == 2 and not bool((target == 1).any()):
        found["f1"] = f"class {data.classes[1]!r} has no validation row"
    return found


def answer(outputs: Tensor, data: DataRecord, decision: DecisionRecord | None) -> Answer:
    """The likeliest class, or that of the threshold, and the probabilities of all."""
    p = tempered(outputs, decision).softmax(dim=1).numpy()
    return Answer(np.array(data.classes)[numbers(p, decision)], p)


def numbers(p: np.ndarray, decision: DecisionRecord | None) -> np.ndarray:
    """The class numbers that probabilities of shape (rows, classes) lead to, int64 of shape (rows,)."""
    if decision is None or not decision.thresholds:
        return p.argmax(axis=1)
    return (p[:, 1] >= decision.thresholds[0]).astype(np.int64)


def columns(said: Answer, data: DataRecord) -> dict[str, Any]:
    """`prediction`, and `p_<label>` for each class."""
    assert said.probabilities is not None
    return {
        "prediction": column(said.decision.astype(object), pa.string()),
        **{f"p_{name}": column(said.probabilities[:, i]) for i, name in enumerate(data.classes)},
    }


def figures(said: Answer, target: Tensor, _data: DataRecord) -> OfClasses:
    """The likeliest class counts, whatever the threshold."""
    assert said.probabilities is not None
    return OfClasses(said.probabilities, target.numpy())


def details(said: Answer, target: Tensor, data: DataRecord) -> dict[str, Any]:
    """The confusion matrix; rows, mean probability and share that came true of each calibration bin."""
    p, true = said.probabilities, target.numpy()
    assert p is not None
    bins = calibration.bins(*calibration.of_classes(p, true))
    return {
        "ece": calibration.expected_error(bins),
        "confusion": decided.confusion(true, p.argmax(axis=1), len(data.classes)).tolist(),
        "calibration": [list(one) for one in bins],
    }


def truth(target: Tensor, data: DataRecord) -> dict[str, Any]:
    """`target`, the label's text."""
    labels = np.array(data.classes, dtype=object)[target.numpy()]
    return {"target": column(labels, pa.string())}


CLASSES = Task(loss, of.counted, metrics, undefined, answer, columns, figures, details, truth)
