"""Means weighted by examples, summed where the loss lives and read once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


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
        """Mean loss over the examples."""
        return self.values["loss"]

    @property
    def accuracy(self) -> float:
        """Share of examples whose largest logit is their label's."""
        return self.values["accuracy"]

    def scalars(self) -> dict[str, float]:
        """The values that are single numbers."""
        return {name: v for name, v in self.values.items() if isinstance(v, float)}


class Means:
    """Running sums of loss and right answers. Nothing is copied to the host until `report`."""

    def __init__(self) -> None:
        self.examples = 0
        self.loss: Tensor | None = None
        self.correct: Tensor | None = None

    def add(self, loss: Tensor, examples: int, correct: Tensor | None = None) -> None:
        """Count a batch.

        Args:
            loss: its mean loss, a scalar.
            examples: its size.
            correct: its number of right answers, a scalar tensor.
        """
        weighted = loss.detach().to(torch.float32 if loss.device.type == "mps" else torch.float64)
        weighted = weighted * examples
        self.loss = weighted if self.loss is None else self.loss.add_(weighted)
        if correct is not None:
            self.correct = correct if self.correct is None else self.correct.add_(correct)
        self.examples += examples

    def report(self, **more: Any) -> Report:
        """The means so far; NaN before the first example."""
        n = self.examples
        values: dict[str, Any] = {
            "loss": float("nan") if self.loss is None else self.loss.item() / n
        }
        if self.correct is not None:
            values["accuracy"] = self.correct.item() / n
        return Report(n, values | more)

    def state(self) -> dict[str, Any]:
        """The sums, for a checkpoint in the middle of an epoch."""
        return {"examples": self.examples, "loss": self.loss, "correct": self.correct}

    @staticmethod
    def of(state: dict[str, Any], device: torch.device) -> "Means":
        """Sums from a checkpoint."""
        means = Means()
        means.examples = state["examples"]
        means.loss = None if state["loss"] is None else state["loss"].to(device)
        means.correct = None if state["correct"] is None else state["correct"].to(device)
        return means


def right_answers(logits: Any, target: Any) -> Tensor | None:
    """How many examples have their largest logit at their label; None if that has no meaning.

    It has one for logits of shape (N, classes) and integer targets of shape (N,).
    """
    if not (isinstance(logits, Tensor) and isinstance(target, Tensor)):
        return None
    if logits.ndim != 2 or target.shape != logits.shape[:1] or target.is_floating_point():
        return None
    return (logits.detach().argmax(dim=1) == target).sum()
