"""Does a schedule end where the run ends?"""

from typing import Any

from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR

from fourbeat.loop.lane import Lane


def horizon(lane: Lane, epochs: int, steps: int) -> str | None:
    """Compare a scheduler's length with the steps that will run.

    It is said and not refused: a loop may end earlier, and its next loader be shorter.

    Args:
        lane: of the scheduler.
        epochs: of the run.
        steps: updates of the run, early stopping apart.

    Returns:
        What will go wrong or look odd in the curve, in words; None if nothing will.
    """
    scheduler: Any = lane.scheduler
    warm = lane.warmup.steps if lane.warmup else 0
    moves = max(steps - warm, 0) if lane.interval == "step" else epochs
    what = "steps" if lane.interval == "step" else "epochs"
    if isinstance(scheduler, OneCycleLR):
        total = int(scheduler.total_steps)
        if moves > total:
            return (
                f"OneCycleLR fails after {total:,} {what}, and the run has {moves:,}: make it with "
                f"total_steps={moves}"
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
