"""One of several classes: cross-entropy, the largest logit decides."""

from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from fourbeat.config.options import TrainConfig
from fourbeat.data.record import DataRecord
from fourbeat.job.metrics import Auc, Confusion
from fourbeat.job.tasks.task import Answer, Task, column, weights_for
from fourbeat.loop.validate import Metric


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


def metrics(data: DataRecord) -> dict[str, Metric]:
    """AUC and confusion matrix; the accuracy comes with the loop."""
    classes = len(data.classes)
    return {"auc": Auc(), "confusion": Confusion(classes)}


def undefined(target: Tensor, data: DataRecord) -> dict[str, str]:
    """There is no AUC without rows of every class."""
    all_there = len(target.unique()) == len(data.classes)
    return {} if all_there else {"auc": "a class has no validation row"}


def answer(outputs: Tensor, data: DataRecord) -> Answer:
    """The likeliest class, and the probabilities of all."""
    p = outputs.softmax(dim=1).numpy()
    return Answer(np.array(data.classes)[p.argmax(axis=1)], p)


def columns(said: Answer, data: DataRecord) -> dict[str, Any]:
    """`prediction`, and `p_<label>` for each class."""
    assert said.probabilities is not None
    return {
        "prediction": column(said.decision.astype(object), pa.string()),
        **{f"p_{name}": column(said.probabilities[:, i]) for i, name in enumerate(data.classes)},
    }


CLASSES = Task(loss, metrics, undefined, answer, columns)
