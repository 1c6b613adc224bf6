"""The probability from which on to say yes, for a stated goal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from fourbeat.measure.checked import Bools, Floats

GoalName: TypeAlias = Literal["cost", "precision", "recall", "f1", "balanced_accuracy"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What the threshold is for.

    Attributes:
        name: `cost` for the lowest cost; `precision` for the highest recall with a precision of at
            least `floor`, `recall` the other way round; `f1` or `balanced_accuracy` for the highest.
        floor: of precision or recall.
        false_positive, false_negative: what such a row costs.
    """

    name: GoalName
    floor: float = 0.9
    false_positive: float = 1.0
    false_negative: float = 1.0


@dataclass(frozen=True, slots=True)
class Threshold:
    """The choice.

    Attributes:
        value: yes from this probability on.
        met: whether the floor was reached; without a floor it always is.
    """

    value: float
    met: bool


@dataclass(frozen=True, slots=True)
class Decisions:
    """What saying yes from each candidate on gives; arrays of shape (candidates,), the highest first.

    Attributes:
        values: the candidates.
        hits, alarms: rows that are rightly and wrongly said to be positive.
        positive, negative: rows that are.
    """

    values: Floats
    hits: Floats
    alarms: Floats
    positive: int
    negative: int

    @property
    def precision(self) -> Floats:
        """NaN where nothing is said."""
        said = self.hits + self.alarms
        return np.divide(self.hits, said, out=np.full(len(said), np.nan), where=said > 0)

    @property
    def recall(self) -> Floats:
        """Of the positive rows."""
        return self.hits / self.positive


def candidates(p: Floats, true: Bools) -> Decisions:
    """Every threshold that decides the rows otherwise: halfway between two probabilities that occur.

    Halfway, so that a last bit of a probability, which another batch size may give, does not matter.

    Args:
        p: of shape (rows,).
        true: bool of shape (rows,).
    """
    distinct, place = np.unique(p, return_inverse=True)
    hits = np.bincount(place, true)[::-1].cumsum()
    alarms = np.bincount(place, ~true)[::-1].cumsum()
    high = distinct[::-1]
    low = np.append(high[1:], 0.0)
    middle = (low + high) / 2
    middle = np.where(middle > low, middle, high)  # of neighbours there is nothing between
    middle[-1] = 0.0  # all rows, and whatever lies below them
    top = max((1 + high[0]) / 2, np.nextafter(high[0], 2))
    return Decisions(
        np.append(top, middle),
        np.append(0.0, hits),
        np.append(0.0, alarms),
        int(true.sum()),
        int((~true).sum()),
    )


def choose(p: Floats, true: Bools, goal: Goal) -> Threshold:
    """The threshold that serves a goal best on some rows. Of equally good ones that nearest to a half.

    Where no threshold reaches a floor of precision, the one that comes nearest.

    Args:
        p: of shape (rows,).
        true: bool of shape (rows,), with a row of each kind.
    """
    tried = candidates(p, true)
    if goal.name in ("precision", "recall"):
        return above_floor(tried, goal)
    return Threshold(best(tried, [WORTH[goal.name](tried, goal)]), met=True)


def above_floor(tried: Decisions, goal: Goal) -> Threshold:
    """The highest recall above a floor of precision, or the other way round."""
    held, wanted = tried.precision, tried.recall
    if goal.name == "recall":
        held, wanted = wanted, np.nan_to_num(held, nan=-1.0)
    enough = np.nan_to_num(held, nan=-1.0) >= goal.floor
    if not enough.any():
        return Threshold(best(tried, [np.nan_to_num(held, nan=-1.0), wanted]), met=False)
    return Threshold(best(tried, [np.where(enough, wanted, -2.0), held]), met=True)


def best(tried: Decisions, worth: list[Floats]) -> float:
    """The candidate of the highest worth; of equals by the next worth, then nearest to a half."""
    kept = np.arange(len(tried.values))
    for values in worth:
        kept = kept[values[kept] == values[kept].max()]
    return float(tried.values[kept[np.abs(tried.values[kept] - 0.5).argmin()]])


def cost(tried: Decisions, goal: Goal) -> Floats:
    """Minus the rows' cost."""
    missed = tried.positive - tried.hits
    return -(goal.false_positive * tried.alarms + goal.false_negative * missed)


def f1(tried: Decisions, _goal: Goal) -> Floats:
    """The harmonic mean of precision and recall."""
    return 2 * tried.hits / (tried.positive + tried.hits + tried.alarms)


def balanced_accuracy(tried: Decisions, _goal: Goal) -> Floats:
    """The mean of the recalls of yes and of no."""
    return (tried.recall + 1 - tried.alarms / tried.negative) / 2


WORTH: dict[str, Callable[[Decisions, Goal], Floats]] = {
    "cost": cost,
    "f1": f1,
    "balanced_accuracy": balanced_accuracy,
}
