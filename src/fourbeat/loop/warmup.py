"""Linear warm-up in front of any schedule."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from torch.optim import Optimizer


class Warmup:
    """Raises every group's learning rate in a straight line to where it was, update by update.

    The first update has 1/steps of the learning rate, update number `steps` the whole of it. A
    scheduler that moves meanwhile, per epoch or by a metric, moves the rate that is aimed at.

    Args:
        optimizer: with the learning rates to reach.
        steps: updates until then.

    Attributes:
        done: updates so far, `steps` at most.
    """

    def __init__(self, optimizer: Optimizer, steps: int):
        self.optimizer = optimizer
        self.steps = steps
        if steps < 0:
            raise ValueError(f"warmup must not be below 0, got {steps}")
        self.done = 0
        self.aims = self._rates()

    def start(self) -> None:
        """Bring the rates down for the first update."""
        self.aims = self._rates()
        self._scale()

    @property
    def active(self) -> bool:
        """Whether it still raises the rate."""
        return self.done < self.steps

    def step(self) -> None:
        """Count an update."""
        self.done += 1
        self._scale()

    @contextmanager
    def aside(self) -> Generator[None]:
        """Show the rates that are aimed at, to whoever moves them."""
        self._set(self.aims)
        try:
            yield
        finally:
            self.aims = self._rates()
            self._scale()

    def state_dict(self) -> dict[str, Any]:
        """Its state."""
        return {"done": self.done, "aims": self.aims}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take a state back; the optimizer's own state has the rates as they were."""
        self.done, self.aims = state_dict["done"], state_dict["aims"]

    def _scale(self) -> None:
        if not self.active:
            self._set(self.aims)
        else:
            self._set([aim * ((self.done + 1) / self.steps) for aim in self.aims])

    def _rates(self) -> list[Any]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def _set(self, rates: list[Any]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
