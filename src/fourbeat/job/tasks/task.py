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
from fourbeat.job.whole import Flat, Function
from fourbeat.measure.figures import Figures
from fourbeat.receipt.results import DecisionRecord


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
        flat: from a batch's outputs and targets to those of its rows.
        metrics: after each epoch, beside the loss; from the record and the metric that selects.
        undefined: from the validation rows' target and the record: which of the metrics have no
            value, and why.
        answer: from a model's outputs, float64 of shape (rows, outputs), to what they say.
        columns: an answer as columns of a table.
        figures: of the selected weights' answers, from them, the targets of the rows as `flat` gives
            them, and the record; targets are in the target's own units there.
        details: what is no single number of the same, by name.
        truth: the targets of some rows as columns of a table.
        tries: updates in which a sound model memorises one batch.
    """

    loss: Callable[[TrainConfig, Tensor, DataRecord], nn.Module]
    flat: Flat
    metrics: Callable[[DataRecord, str], Mapping[str, Function]]
    undefined: Callable[[Tensor, DataRecord], dict[str, str]]
    answer: Callable[[Tensor, DataRecord, DecisionRecord | None], Answer]
    columns: Callable[[Answer, DataRecord], dict[str, Any]]
    figures: Callable[[Answer, Tensor, DataRecord], Figures]
    details: Callable[[Answer, Tensor, DataRecord], dict[str, Any]]
    truth: Callable[[Tensor, DataRecord], dict[str, Any]]
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


def tempered(outputs: Tensor, decision: DecisionRecord | None) -> Tensor:
    """Logits of shape (rows, outputs), divided by the temperatures if there are any."""
    if decision is None or not decision.temperatures:
        return outputs
    return outputs / torch.tensor(decision.temperatures, dtype=torch.float64)


def column(values: np.ndarray, kind: pa.DataType | None = None) -> Any:
    """Values of shape (rows,) as an Arrow array."""
    return pa.array(np.ascontiguousarray(values), kind)
