"""A quantity: mean squared error of the standardised target, all else in its own units."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from fourbeat.config.options import TrainConfig
from fourbeat.data.record import DataRecord
from fourbeat.job.tasks.task import Answer, Task, column
from fourbeat.job.whole import Function, each_output
from fourbeat.measure.figures import OfQuantities
from fourbeat.receipt.results import DecisionRecord

PAIRS = 250
"""Rows at most that are kept for the report's picture."""

BINS = 24
"""Bars of the report's histogram of errors."""

TRIES = 1000
"""Nearness takes longer than a right answer, and the default learning rate is small."""

SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
"""Shares of the rows with an error up to the quantiles that are kept."""


def loss(_config: TrainConfig, _target: Tensor, _data: DataRecord) -> nn.Module:
    """Mean squared error."""
    return nn.MSELoss()


def metrics(data: DataRecord, _select: str) -> Mapping[str, Function]:
    """Errors in the target's own units, weighted by rows.

    `rmse` is the root of the mean squared error, `mae` the mean absolute error, and `r2` is
    1 - (sum of squared errors) / (sum of squared distances of the target from its mean over the
    same rows); NaN where the target is the same in all of them.
    """
    assert data.quantity is not None
    std = data.quantity.std
    return {
        "rmse": lambda output, target: std * (output - target).square().mean().sqrt(),
        "mae": lambda output, target: std * (output - target).abs().mean(),
        "r2": r2,
    }


def r2(output: Tensor, target: Tensor) -> Tensor:
    """The share of the target's variance that is explained; below 0 for less than the mean does."""
    if bool((target == target[0]).all()):
        return torch.tensor(torch.nan)
    return 1 - (output - target).square().sum() / (target - target.mean()).square().sum()


def pairs(output: Tensor, target: Tensor) -> Tensor:
    """Truth and prediction of rows evenly spread over the sorted truth, of shape (rows, 2)."""
    order = target[:, 0].argsort(stable=True)
    order = order[torch.linspace(0, len(order) - 1, min(len(order), PAIRS)).round().long()]
    return brief(torch.cat([target, output], dim=1)[order])


def histogram(errors: Tensor) -> Tensor:
    """Rows by error: lower edge, upper edge and count of each bar, of shape (bars, 3)."""
    far = float(errors.abs().max()) or 1.0
    if not torch.isfinite(errors).all():
        return torch.zeros(0, 3)
    counts, edges = torch.histogram(errors.flatten(), BINS, range=(-far, far))
    return torch.stack([brief(edges[:-1]), brief(edges[1:]), counts], dim=1)


def quantiles(errors: Tensor) -> Tensor:
    """Share of the rows and the error that they stay below, of shape (shares, 2)."""
    ordered = errors.flatten().sort().values
    at = torch.tensor([round(share * (len(ordered) - 1)) for share in SHARES])
    return torch.stack([torch.tensor(SHARES, dtype=torch.float64), brief(ordered[at])], dim=1)


def brief(values: Tensor) -> Tensor:
    """Six digits: what a picture needs."""
    flat = [float(f"{value:.6g}") for value in values.flatten().tolist()]
    return torch.tensor(flat, dtype=torch.float64).reshape(values.shape)


def undefined(target: Tensor, _data: DataRecord) -> dict[str, str]:
    """There is no share of a variance that is zero."""
    constant = bool((target == target[0]).all())
    return {"r2": "the target is the same in all validation rows"} if constant else {}


def answer(outputs: Tensor, data: DataRecord, _decision: DecisionRecord | None) -> Answer:
    """The quantity in its own units."""
    return Answer(in_units(outputs, data).numpy())


def in_units(values: Tensor, data: DataRecord) -> Tensor:
    """Standardised outputs or targets of shape (rows, 1) in their own units, of shape (rows,)."""
    assert data.quantity is not None
    return values[:, 0] * data.quantity.std + data.quantity.mean


def columns(said: Answer, _data: DataRecord) -> dict[str, Any]:
    """`prediction` alone."""
    return {"prediction": column(said.decision)}


def true_values(target: Tensor, data: DataRecord) -> Tensor:
    """Targets as the table has them, float64 of shape (rows,): standardised they are float32."""
    return in_units(target, data).float().double()


def figures(said: Answer, target: Tensor, data: DataRecord) -> OfQuantities:
    """In the target's own units."""
    return OfQuantities(said.decision, true_values(target, data).numpy())


def details(said: Answer, target: Tensor, data: DataRecord) -> dict[str, Any]:
    """What the report draws: truth and prediction, and how the errors lie."""
    true, found = true_values(target, data)[:, None], torch.from_numpy(said.decision)[:, None]
    return {
        "pairs": pairs(found, true).tolist(),
        "residuals": histogram(found - true).tolist(),
        "quantiles": quantiles(found - true).tolist(),
    }


def truth(target: Tensor, data: DataRecord) -> dict[str, Any]:
    """`target`, in its own units."""
    return {"target": column(true_values(target, data).numpy())}


QUANTITIES = Task(
    loss, each_output, metrics, undefined, answer, columns, figures, details, truth, TRIES
)
