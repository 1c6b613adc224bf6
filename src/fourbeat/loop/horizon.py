"""Does a schedule end where the run ends?"""

from typing import Any

from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR

from fourbeat.errors import RunError
from fourbeat.loop.lane import Lane


def check_horizon(lane: Lane, epochs: int, steps: int) -> str | None:
    """Compare a scheduler's length with the steps that will run.

    Args:
        lane: of the scheduler.
        epochs: of the run.
        steps: updates of the run, early stopping apart.

    Returns:
        What will look odd in the curve, in words; None if nothing will.

    Raises:
        RunError: if the scheduler would fail on the way.
    """
    scheduler: Any = lane.scheduler
    warm = lane.warmup.steps if lane.warmup else 0
    moves = max(steps - warm, 0) if lane.interval == "step" else epochs
    what = "steps" if lane.interval == "step" else "epochs"
    if isinstance(scheduler, OneCycleLR):
        total = int(scheduler.total_steps)
        if moves > total:
            raise RunError(
                f"OneCycleLR ends after {total:,} {what}, and the run has {moves:,}",
                "scheduler",
                f"Make it with total_steps={moves}",
            )
        if moves < total:
            return f"OneCycleLR is made for {total:,} {what}, and the run has {moves:,}"
    if isinstance(scheduler, CosineAnnealingLR) and scheduler.T_max != moves:
        odd = "rises again" if moves > scheduler.T_max else "does not come down all the way"
        return (
            f"the learning rate {odd}: CosineAnnealingLR has T_max={scheduler.T_max}, and the run "
            f"has {moves:,} {what}"
        )
    if warm > steps:
        return f"the warm-up takes {warm:,} updates, and the run has {steps:,}"
    return None
