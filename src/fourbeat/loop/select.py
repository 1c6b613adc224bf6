"""Which epoch is the best, and when to stop waiting for a better one."""

import math
from dataclasses import dataclass
from typing import Any

from fourbeat.errors import RunError
from fourbeat.loop.means import Report
from fourbeat.receipt.model import SelectionRecord
from fourbeat.types import Direction

DIRECTIONS: dict[str, Direction] = {
    "loss": "min",
    "accuracy": "max",
    "auc": "max",
    "average_precision": "max",
    "f1": "max",
    "balanced_accuracy": "max",
    "exact": "max",
    "r2": "max",
    "rmse": "min",
    "mae": "min",
}
"""Which way is better, where the name says it."""


def direction_of(metric: str, told: Direction | None) -> Direction:
    """`min` or `max`: as told, or by the metric's name.

    Raises:
        RunError: if neither says it.
    """
    if told is not None:
        return told
    if metric not in DIRECTIONS:
        raise RunError(
            f"is a larger or a smaller {metric!r} better?",
            "epoch.close",
            f"Say mode='max' or mode='min'. Known by name: {', '.join(DIRECTIONS)}",
        )
    return DIRECTIONS[metric]


def value_of(report: Report, metric: str) -> float:
    """A metric of the report.

    Raises:
        RunError: naming the metrics that there are.
    """
    if metric not in report or not isinstance(report[metric], float):
        known = ", ".join(report.scalars())
        raise RunError(f"no metric {metric!r} to select by", "epoch.close", f"Known: {known}")
    return report[metric]


@dataclass(slots=True)
class Selection:
    """The best epoch so far. Equal values keep the earlier epoch; NaN is never the best.

    Attributes:
        best: the chosen epoch, None before the first finite value.
        waited: epochs since then.
    """

    best: SelectionRecord | None = None
    waited: int = 0

    def take(self, metric: str, direction: Direction, value: float, epoch: int, step: int) -> bool:
        """Look at an epoch's value. Returns whether it is the best so far."""
        better = math.isfinite(value) and (
            self.best is None
            or (value < self.best.value if direction == "min" else value > self.best.value)
        )
        self.waited = 0 if better else self.waited + 1
        if better:
            self.best = SelectionRecord(
                metric=metric, direction=direction, epoch=epoch, step=step, value=value
            )
        return better

    def state(self) -> dict[str, Any]:
        """As plain values."""
        return {"best": self.best.model_dump() if self.best else None, "waited": self.waited}

    @staticmethod
    def of(state: dict[str, Any]) -> "Selection":
        """From a checkpoint."""
        best = state["best"]
        return Selection(SelectionRecord(**best) if best else None, state["waited"])
