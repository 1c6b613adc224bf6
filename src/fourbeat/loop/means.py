"""Weighted means, summed where the values live and read once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fourbeat.data.batch import is_plain
from fourbeat.loop.share import Weight

Sum = Tensor | float
"""A number, where it was computed; on the CPU it is read at once."""

Entry = tuple[str, Sum, Weight]
"""A name, a weighted sum, and its weight."""


SMALL = 1 << 14
"""Logits that NumPy counts at most."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a pass over data gave.

    Attributes:
        examples: how many examples went in.
        values: metric name to value; `loss` and, for class labels, `accuracy` are means over all
            examples, however unequal the batches.
    """

    examples: int
    values: dict[str, Any]

    def __getitem__(self, metric: str) -> Any:
        return self.values[metric]

    def __contains__(self, metric: str) -> bool:
        return metric in self.values

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    @property
    def loss(self) -> float:
        """Mean loss over the examples; NaN before the first one."""
        return self.values.get("loss", float("nan"))

    @property
    def accuracy(self) -> float:
        """Share of examples whose largest logit is their label's."""
        return self.values["accuracy"]

    def scalars(self) -> dict[str, float]:
        """The values that are single numbers."""
        return {name: v for name, v in self.values.items() if isinstance(v, float)}


def weighted(value: Tensor, weight: Weight) -> Sum:
    """A batch's mean times its weight, in double precision where the device has it."""
    if value.device.type == "cpu" and not isinstance(weight, Tensor):
        return value.item() * weight if weight else 0.0
    wide = torch.float32 if value.device.type == "mps" else torch.float64
    total = value.detach().to(wide) * weight
    # The mean over nothing, of a batch whose labels are all ignored, is NaN.
    return torch.where(weight == 0, 0.0, total) if isinstance(weight, Tensor) else total


class Means:
    """Running sums by name. Nothing is copied to the host until `report`.

    Attributes:
        examples: how many went in.
        sums: weighted sums, numbers or scalar tensors.
        weights: what each sum divides by.
    """

    def __init__(self) -> None:
        self.examples = 0
        self.sums: dict[str, Sum] = {}
        self.weights: dict[str, Weight] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """Count what a batch gave."""
        for name, total, weight in entries:
            if name in self.sums:
                self.sums[name] = self.sums[name] + total
                self.weights[name] = self.weights[name] + weight
            else:
                self.sums[name], self.weights[name] = total, weight

    def report(self, **more: Any) -> Report:
        """The means so far, of all that was counted."""
        values = {n: ratio(float(total), float(self.weights[n])) for n, total in self.sums.items()}
        return Report(self.examples, values | more)

    def state(self) -> dict[str, Any]:
        """The sums, for a checkpoint in the middle of an epoch."""
        return {"examples": self.examples, "sums": dict(self.sums), "weights": dict(self.weights)}

    @staticmethod
    def of(state: dict[str, Any], device: torch.device) -> "Means":
        """Sums from a checkpoint."""
        means = Means()
        means.examples = state["examples"]
        for own, saved in ((means.sums, state["sums"]), (means.weights, state["weights"])):
            for name, value in saved.items():
                own[name] = value.to(device) if isinstance(value, Tensor) else value
        return means


def ratio(total: float, weight: float) -> float:
    """A mean; NaN over nothing."""
    return total / weight if weight else float("nan")


def right_answers(logits: Any, target: Any) -> list[Entry]:
    """The accuracy: how many labels have the largest logit; nothing if that has no meaning.

    It has one for logits of shape (N, classes) and integer targets of shape (N,), and for
    (N, classes, …) and (N, …). Logits of shape (N, members, classes) are of several networks, each
    of which answers for every target of shape (N,). A label below 0 is one to be ignored.
    """
    if not (isinstance(logits, Tensor) and isinstance(target, Tensor)):
        return []
    if logits.ndim == 3 and target.ndim == 1 and len(logits) == len(target):
        logits, target = logits.flatten(0, 1), target.repeat_interleave(logits.shape[1])
    if logits.ndim < 2 or target.shape != logits.shape[:1] + logits.shape[2:]:
        return []
    if target.is_floating_point() or target.dtype == torch.bool:
        return []
    if logits.ndim == 2 and logits.numel() <= SMALL and is_plain(logits) and is_plain(target):
        labels = target.numpy()
        right = logits.detach().numpy().argmax(1) == labels
        return [("accuracy", int(np.count_nonzero(right)), int(np.count_nonzero(labels >= 0)))]
    right = logits.detach().argmax(dim=1) == target
    return [("accuracy", right.sum(), (target >= 0).sum())]
