"""How far updates move the weights, and what became of the loss."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.optim import Optimizer

from fourbeat.check.ledger import Ledger
from fourbeat.finding import Place
from fourbeat.observe.events import Stepped, Updated, Updating
from fourbeat.observe.steps import parameters

LARGEST = 1_000_000
"""Elements of a weight that is measured, at most."""

MANY = 6
"""Weights that are measured."""


@dataclass(slots=True)
class Course:
    """Of one optimizer.

    Attributes:
        made: where it was.
        updates: by now.
        ratios: 2-norm of an update through that of the weight, in the middle of some weights; of the
            updates 1, 2, 3, 5, 8, 13, … alone, as it needs a copy of the weights.
        losses: the first one.
        latest: the last few.
        highest: loss, and its update; only of finite ones.
        broken: update at which the loss was not finite; 0 if it always was.
        ill: whether the latest loss was not.
        lowest: loss.
        rates: the largest learning rate of any group: at first, at most, and last.
        alone: whether no other optimizer took part in its steps.
    """

    made: Place | None
    updates: int = 0
    ratios: list[float] = field(default_factory=list[float])
    losses: list[float] = field(default_factory=list[float])
    latest: deque[float] = field(default_factory=lambda: deque[float](maxlen=16))
    highest: float = float("-inf")
    lowest: float = float("inf")
    broken: int = 0
    ill: bool = False
    rates: tuple[float, float, float] | None = None
    alone: bool = True

    @property
    def began(self) -> float:
        """The loss at first."""
        return self.losses[0]

    @property
    def ended(self) -> float:
        """The loss at last."""
        return median(self.latest)

    def add(self, loss: float) -> None:
        """One more loss."""
        self.ill = loss != loss or abs(loss) == float("inf")
        if self.ill:
            self.broken = self.broken or self.updates
            return
        if len(self.losses) < 3:
            self.losses.append(loss)
        self.latest.append(loss)
        self.highest, self.lowest = max(self.highest, loss), min(self.lowest, loss)

    def rate(self, largest: float) -> None:
        """The learning rate of one more step."""
        first, most, _ = self.rates or (largest, largest, largest)
        self.rates = first, max(most, largest), largest


class Rates:
    """Follows every optimizer.

    Args:
        ledger: that knows where they were made.

    Attributes:
        all: their courses, also of those that are gone.
    """

    def __init__(self, ledger: Ledger):
        self.all: list[Course] = []
        self._ledger = ledger
        self._of: WeakKeyDictionary[Optimizer, Course] = WeakKeyDictionary()
        self._next: WeakKeyDictionary[Optimizer, tuple[int, int]] = WeakKeyDictionary()
        self._before: list[tuple[Tensor, Tensor]] = []
        self.readers: dict[type[Any], Callable[[Any], None]] = {
            Updating: self._updating,
            Updated: self._updated,
            Stepped: self._stepped,
        }

    def course(self, optimizer: Optimizer) -> Course:
        """Of an optimizer."""
        known = self._of.get(optimizer)
        if known is None:
            known = self._of[optimizer] = Course(self._ledger.made(optimizer))
            self.all.append(known)
            del self.all[:-64]
        return known

    def _updating(self, event: Updating) -> None:
        course = self.course(event.optimizer)
        course.updates += 1
        at, after = self._next.get(event.optimizer, (1, 2))
        if course.updates != at or event.closure:
            return
        self._next[event.optimizer] = after, at + after
        weights = [
            p
            for p in parameters(event.optimizer)
            if p.ndim > 1 and p.numel() <= LARGEST and p.grad is not None and not p.grad.is_sparse
        ]
        with torch.no_grad():
            self._before = [(p, p.detach().clone()) for p in weights[:MANY]]

    def _updated(self, event: Updated) -> None:
        before, self._before = self._before, []
        if not before or not event.done:
            return
        found: list[float] = []
        with torch.no_grad():
            for p, old in before:
                size = float(old.norm())
                if size > 0:
                    found.append(float((p.detach() - old).norm()) / size)
        if found:
            self.course(event.optimizer).ratios.append(median(found))

    def _stepped(self, event: Stepped) -> None:
        for optimizer, loss, _ in event.losses:
            course = self.course(optimizer)
            if not isinstance(loss, Tensor):
                course.add(float(loss))
        for optimizer, rates in event.rates:
            course = self.course(optimizer)
            course.rate(max(rates, default=0.0))
            course.alone &= len({id(one) for one, _ in event.rates}) == 1
