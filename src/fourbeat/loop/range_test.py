"""The learning-rate range test: from too low to too high in one short pass.

After Smith, Cyclical Learning Rates for Training Neural Networks (2017).
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.optim import Optimizer

from fourbeat.data.batch import device_of, inputs_and_target, to_device
from fourbeat.errors import BatchError
from fourbeat.loop.rehearsal import rehearsal
from fourbeat.loop.validate import Loss, scalar

SMOOTH = 0.9
"""Weight of the past in the smoothed loss."""

EXPLODED = 4.0
"""The test ends when the smoothed loss is this many times its least."""


@dataclass(frozen=True, slots=True)
class LearningRates:
    """What the test saw.

    Attributes:
        rates: learning rate of each step, rising geometrically.
        losses: smoothed loss of each step, corrected for its beginning.
        suggestion: where the loss falls fastest; None if it never fell.
    """

    rates: list[float]
    losses: list[float]
    suggestion: float | None


def lr_range_test(
    model: nn.Module,
    loader: Iterable[Any],
    loss_fn: Loss,
    optimizer: Optimizer,
    *,
    low: float = 1e-6,
    high: float = 10.0,
    steps: int = 100,
) -> LearningRates:
    """Train a little with a learning rate that rises, and see where the loss falls fastest.

    Model, optimizer, gradients, modes and generators are afterwards as they were before.

    Args:
        model: called as `model(*inputs)`.
        loader: batches `(input, …, target)`; gone through again where it is short.
        loss_fn: called as `loss_fn(output, target)`.
        optimizer: whose every group gets the rate.
        low, high: the first and the last rate.
        steps: how many, at most.

    Raises:
        ValueError: for a range that does not rise.
        BatchError: if there is no batch.
    """
    if not 0 < low < high or steps < 2:
        raise ValueError(f"0 < low < high and steps > 1 are needed: {low}, {high}, {steps}")
    device = device_of(model)
    rates: list[float] = []
    losses: list[float] = []
    average = 0.0
    with rehearsal(model, optimizer, loader):
        for number, batch in zip(range(steps), endless(loader), strict=False):
            rate = low * (high / low) ** (number / (steps - 1))
            for group in optimizer.param_groups:
                group["lr"] = rate
            inputs, target = inputs_and_target(to_device(batch, device))
            optimizer.zero_grad(set_to_none=True)
            loss = scalar(loss_fn(model(*inputs), target))
            average = SMOOTH * average + (1 - SMOOTH) * loss.item()
            smooth = average / (1 - SMOOTH ** (number + 1))
            if not math.isfinite(smooth) or (losses and smooth > EXPLODED * min(losses)):
                break
            rates.append(rate)
            losses.append(smooth)
            loss.backward()
            optimizer.step()
    return LearningRates(rates, losses, steepest(rates, losses))


def endless(loader: Iterable[Any]) -> Iterator[Any]:
    """A loader's batches, again and again."""
    while True:
        batch = None
        for batch in loader:
            yield batch
        if batch is None:
            raise BatchError("the loader gave no batch")


def steepest(rates: list[float], losses: list[float]) -> float | None:
    """The rate at which the loss falls fastest over the logarithm of the rate."""
    falls = [
        (after - before, rate)
        for before, after, rate in zip(losses, losses[1:], rates[1:], strict=False)
    ]
    least = min(falls, default=(0.0, 0.0))
    return least[1] if least[0] < 0 else None
