"""What a kind of target asks of a training; the three files beside this one answer it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from fourbeat.config.options import TrainConfig
from fourbeat.data.record import DataRecord
from fourbeat.errors import ConfigError
from fourbeat.loop.validate import Metric


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of some rows.

    Attributes:
        decision: of shape (rows,) or (rows, labels): label texts, quantities, or 0 and 1.
        probabilities: float64 of shape (rows, outputs); None where there are none.
    """

    decision: np.ndarray
    probabilities: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of target.

    Attributes:
        loss: from the options, the training rows' target and the record to the loss.
        metrics: for validation and test, beside the loss.
        undefined: from the validation rows' target and the record: which of the metrics have no
            value, and why.
        answer: from a model's outputs, float64 of shape (rows, outputs), to what they say.
        columns: an answer as columns of a table.
        tries: updates in which a sound model memorises one batch.
    """

    loss: Callable[[TrainConfig, Tensor, DataRecord], nn.Module]
    metrics: Callable[[DataRecord], Mapping[str, Metric]]
    undefined: Callable[[Tensor, DataRecord], dict[str, str]]
    answer: Callable[[Tensor, DataRecord], Answer]
    columns: Callable[[Answer, DataRecord], dict[str, Any]]
    tries: int = 200


def weights_for(config: TrainConfig, outputs: int, what: str) -> Tensor | None:
    """The weights that `train.class_weights` lists, one an output.

    Raises:
        ConfigError: for another number of them.
    """
    given = config.class_weights
    if given is None or given == "balanced":
        return None
    if len(given) != outputs:
        raise ConfigError(
            f"{len(given)} class weights for {outputs} {what}",
            "train.class_weights",
            "Give one for each, in their order, or 'balanced'",
        )
    return torch.tensor(given)


def column(values: np.ndarray, kind: pa.DataType | None = None) -> Any:
    """Values of shape (rows,) as an Arrow array."""
    return pa.array(np.ascontiguousarray(values), kind)
