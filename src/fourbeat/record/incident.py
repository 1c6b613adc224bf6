"""Something out of the ordinary, and what else happened around it."""

from dataclasses import dataclass, field

import numpy as np

from fourbeat.record.history import History
from fourbeat.record.layout import Flag

AROUND = 32
"""Steps before and after an incident whose events belong to it."""


@dataclass(slots=True)
class Incident:
    """Something out of the ordinary.

    Attributes:
        kind: non-finite, spike, growth, dead, vanishing or plateau.
        step: where it shows.
        began: where its origin is: the step to look at.
        layer: the parameter in which it began; None where none stands out.
        text: what it is, in numbers.
        origin: what shows at `began`, in numbers.
        rows: numbers of the rows in the batch of `began`.
        around: what else happened near it.
    """

    kind: str
    step: int
    began: int
    layer: str | None
    text: str
    origin: str = ""
    rows: list[int] = field(default_factory=list[int])
    around: list[str] = field(default_factory=list[str])


def around(history: History, index: int) -> list[str]:
    """Learning rates that moved, updates that were skipped, epochs that began near a record."""
    found: list[str] = []
    low, high = max(0, index - AROUND), min(len(history), index + AROUND + 1)
    for optimizer in history.optimizers:
        rates = history.lr(optimizer)[low:high, 0]
        moved = (
            np.flatnonzero(np.abs(np.diff(rates)) > 0.2 * np.abs(rates[:-1])) if len(rates) else []
        )
        for place in list(moved)[:3]:
            step = int(history.step[low + place + 1])
            found.append(
                f"learning rate {rates[place]:.4g} -> {rates[place + 1]:.4g} at step {step}"
            )
    skipped = np.flatnonzero(history.flags[low:high] & Flag.SKIPPED)
    if len(skipped):
        steps = ", ".join(map(str, history.step[low + skipped[:5]].tolist()))
        found.append(f"{len(skipped)} skipped updates, at step {steps}")
    epochs = np.flatnonzero(np.diff(history.epoch[low:high]))
    for place in epochs[:2].tolist():
        found.append(
            f"epoch {history.epoch[low + place + 1]} began at step {history.step[low + place + 1]}"
        )
    return found
