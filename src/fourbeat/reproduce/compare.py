"""A step that was recorded against the same step done again."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from fourbeat.record.layout import Layout
from fourbeat.record.log import differing

WORDS = {
    "batch": "the batch's hash",
    "loss": "the loss",
    "grad_norm": "the gradients' norm",
    "lr": "the learning rate",
    "grad": "the gradient's norm",
    "weight": "the weights' norm",
    "update": "the update's norm",
    "nonfinite": "the number of values that are not finite",
    "fingerprint": "the fingerprint of the weights after the update",
    "examples": "the number of examples",
    "epoch": "the epoch",
    "shape": "the shape",
    "groups": "what the optimizers hold",
}
"""The fields that equal steps share, in the order in which a step computes them."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first thing in which two steps differ.

    Attributes:
        step: its number.
        field: of the record.
        layer: the first parameter that differs, for a field by layer.
        before, now: the values.
    """

    step: int
    field: str
    layer: str | None
    before: Any
    now: Any

    def __str__(self) -> str:
        where = f" of {self.layer}" if self.layer else ""
        return (
            f"step {self.step}: {WORDS.get(self.field, self.field)}{where} was {self.before} "
            f"and is {self.now}"
        )


def plural(layout: Layout) -> str:
    """`main: 2 groups of 4 and 2 parameters`."""
    return "; ".join(
        f"{name}: {' and '.join(str(len(group)) for group in groups)} parameters"
        for name, groups in layout.optimizers.items()
    )


def compare(known: Layout, old: Any, layout: Layout, record: Any) -> Divergence | None:
    """Compare a step with what was recorded of it.

    Args:
        known, old: the layout and the record, as they were.
        layout, record: the same, of the step done again.
    """
    step = int(record["step"])
    if known != layout:
        for name in dict.fromkeys([*known.parameters, *layout.parameters]):
            before, now = known.parameters.get(name), layout.parameters.get(name)
            if before != now:
                return Divergence(step, "shape", name, before or "not there", now or "not there")
        return Divergence(step, "groups", None, plural(known), plural(layout))
    found = differing(old, record)
    for field in (name for name in WORDS if name in found):  # in that order
        before, now = np.atleast_1d(old[field]), np.atleast_1d(record[field])
        if field == "fingerprint":
            return Divergence(
                step, field, None, old[field].tobytes().hex(), record[field].tobytes().hex()
            )
        if field == "batch":
            return Divergence(step, field, None, f"{before[0]:016x}", f"{now[0]:016x}")
        unequal = [i for i in range(len(before)) if before[i].tobytes() != now[i].tobytes()]
        by_layer = field in ("grad", "weight", "update", "nonfinite")
        layer = list(layout.parameters)[unequal[0]] if by_layer else None
        return Divergence(step, field, layer, before[unequal[0]].item(), now[unequal[0]].item())
    return None
