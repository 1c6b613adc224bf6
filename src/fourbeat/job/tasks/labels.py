"""Several labels: binary cross-entropy of each, and a decision at a probability of a half."""

from typing import Any

import torch
from torch import Tensor, nn

from fourbeat.config.options import TrainConfig
from fourbeat.data.record import DataRecord
from fourbeat.job.metrics import area
from fourbeat.job.tasks.task import Answer, Task, column, weights_for
from fourbeat.job.whole import of_the_whole
from fourbeat.loop.validate import Metric


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


def metrics(_data: DataRecord) -> dict[str, Metric]:
    """Weighted by rows, each label decided at a probability of a half.

    `accuracy` is the share of right answers over all rows and labels, `exact` the share of rows
    with no wrong one, `auc` the mean of the labels' areas under their ROC curves: NaN if one of
    them has none, since all rows have the same value of it. `label_counts` holds, for each label,
    rows that have it and were said to, were said to only, have it only, and neither;
    `label_auc` its area.
    """
    return of_the_whole(
        {
            "accuracy": lambda output, target: right(output, target).double().mean(),
            "exact": lambda output, target: right(output, target).all(dim=1).double().mean(),
            "auc": lambda output, target: areas(output, target).mean(),
            "label_counts": counts,
            "label_auc": areas,
        }
    )


def right(output: Tensor, target: Tensor) -> Tensor:
    """Which decisions are right."""
    return (output >= 0) == (target > 0)


def counts(output: Tensor, target: Tensor) -> Tensor:
    """True and false positives, false and true negatives, int64 of shape (labels, 4)."""
    said, true = output >= 0, target > 0
    return torch.stack([said & true, said & ~true, ~said & true, ~said & ~true]).sum(dim=1).T


def areas(output: Tensor, target: Tensor) -> Tensor:
    """The area under each label's ROC curve, float64 of shape (labels,)."""
    columns = zip(output.sigmoid().T, target.T > 0, strict=True)
    return torch.stack([area(p, true) for p, true in columns])


def undefined(target: Tensor, data: DataRecord) -> dict[str, str]:
    """There is no macro AUC without a 0 and a 1 of each label."""
    for label, values in zip(data.labels, target.T, strict=True):
        if values.min() == values.max():
            return {"auc": f"label {label.name!r} is {values[0]:g} in all validation rows"}
    return {}


def answer(outputs: Tensor, _data: DataRecord) -> Answer:
    """Each label's decision, int64 of shape (rows, labels), and its probability."""
    return Answer((outputs >= 0).long().numpy(), outputs.sigmoid().numpy())


def columns(said: Answer, data: DataRecord) -> dict[str, Any]:
    """`prediction_<label>` and `p_<label>` for each label."""
    assert said.probabilities is not None
    made: dict[str, Any] = {}
    for i, label in enumerate(data.labels):
        made[f"prediction_{label.name}"] = column(said.decision[:, i])
        made[f"p_{label.name}"] = column(said.probabilities[:, i])
    return made


LABELS = Task(loss, metrics, undefined, answer, columns)
