"""When the scheduler moves: per step, per epoch, or when a metric stands still."""

from typing import Any, Literal

from torch.optim.lr_scheduler import CyclicLR, LRScheduler, OneCycleLR, ReduceLROnPlateau

from fourbeat.errors import RunError
from fourbeat.types import Direction

Interval = Literal["step", "epoch", "plateau"]


def interval_of(scheduler: LRScheduler | None, told: Literal["step", "epoch"] | None) -> Interval:
    """How often this scheduler moves.

    `ReduceLROnPlateau` follows the metric, `OneCycleLR` and `CyclicLR` count steps by their own
    definition; any other moves per epoch unless told `step`.
    """
    if isinstance(scheduler, ReduceLROnPlateau):
        if told is not None:
            raise RunError(
                "ReduceLROnPlateau follows the selected metric, at the end of each epoch",
                f"schedule={told!r}",
                "Leave schedule out",
            )
        return "plateau"
    return told or ("step" if isinstance(scheduler, OneCycleLR | CyclicLR) else "epoch")


def on_plateau(scheduler: Any, metric: str, direction: Direction, value: float) -> None:
    """Show the scheduler the selected metric.

    Raises:
        RunError: if the scheduler looks for the other direction.
    """
    if scheduler.mode != direction:
        raise RunError(
            f"ReduceLROnPlateau(mode={scheduler.mode!r}) would wait for the wrong direction: "
            f"the best {metric} is the {direction}imum",
            "scheduler",
            f"Use mode={direction!r}",
        )
    scheduler.step(value)
