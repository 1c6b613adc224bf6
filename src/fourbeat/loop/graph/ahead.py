"""What an optimizer's groups will be for steps that are not done yet."""

import copy
from collections.abc import Callable
from typing import Any

from fourbeat.loop.lane import Lane

Groups = list[dict[str, Any]]


def ahead(lane: Lane, steps: int) -> tuple[list[Groups], Callable[[], None]]:
    """Move schedules on by some updates.

    Returns:
        The groups for each of these updates, and the way back to where schedules stood.
    """
    optimizer, warmup = lane.optimizer, lane.warmup
    moving = warmup is not None and warmup.active
    if not moving and (lane.interval != "step" or lane.scheduler is None):
        return [optimizer.param_groups] * steps, lambda: None
    parts = [part for part in (warmup, lane.scheduler) if part is not None]
    before, now = [copy.deepcopy(part.state_dict()) for part in parts], options(optimizer)

    def back() -> None:
        for part, state in zip(parts, before, strict=True):
            part.load_state_dict(state)
        for group, values in zip(optimizer.param_groups, now, strict=True):
            group.update(values)

    found: list[Groups] = []
    for _ in range(steps):
        found.append(options(optimizer))
        lane.end_step()
    return found, back


def options(optimizer: Any) -> Groups:
    """A copy of each group without its parameters."""
    return [{k: v for k, v in group.items() if k != "params"} for group in optimizer.param_groups]
