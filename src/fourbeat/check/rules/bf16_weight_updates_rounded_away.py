"""Updates that are too small for the digits of a 16-bit weight."""

from typing import Any
from weakref import ref

import torch
from torch import Tensor

from fourbeat.check.facts import Facts
from fourbeat.check.rule import Readers, Rule
from fourbeat.finding import Place
from fourbeat.observe.events import Updated, Updating
from fourbeat.observe.finer import Ended
from fourbeat.observe.place import here
from fourbeat.observe.steps import parameters

_SOME = 8
_VALUES = 1024
"""Values of each of some parameters that are compared: enough for a share, and cheap."""


def watch(facts: Facts) -> Readers:
    """Compare 16-bit weights before and after some steps, at growing distances."""
    before: list[tuple[ref[Tensor], Tensor, Tensor]] = []
    counts: dict[int, tuple[int, int]] = {}
    found: dict[int, tuple[Place | None, int, int, int, str]] = {}

    def updating(event: Updating) -> None:
        before.clear()
        optimizer = event.optimizer
        steps, due = counts.get(id(optimizer), (0, 2))
        steps += 1
        counts[id(optimizer)] = steps, due
        if steps < due or event.closure or not type(optimizer).__module__.startswith("torch.optim"):
            return
        counts[id(optimizer)] = steps, max(steps + 2, steps * 3 // 2)
        with torch.no_grad():
            for p in parameters(optimizer):
                if (
                    p.dtype not in (torch.bfloat16, torch.float16)
                    or p.grad is None
                    or p.grad.is_sparse
                ):
                    continue
                if len(before) < _SOME:
                    given = p.grad.reshape(-1)[:_VALUES] != 0
                    before.append((ref(p), p.detach().reshape(-1)[:_VALUES].clone(), given))

    def updated(event: Updated) -> None:
        if not before:
            return
        kept = moved = 0
        with torch.no_grad():
            for weak, old, given in before:
                p = weak()
                if p is not None:
                    same = p.detach().reshape(-1)[:_VALUES] == old
                    kept += int((same & given).sum())
                    moved += int((~same & given).sum())
        before.clear()
        if (
            not event.done
            or not moved + kept
            or not any(g["lr"] for g in event.optimizer.param_groups)
        ):
            return
        number = id(event.optimizer)
        place, times, lost, whole, _ = found.get(number, (here(), 0, 0, 0, ""))
        kind = _kind(event.optimizer)
        found[number] = place or here(), times + 1, lost + kept, whole + kept + moved, kind

    def ended(_: Ended) -> None:
        for place, times, lost, whole, kind in found.values():
            share = lost / whole
            if times < 2 or whole < 100 or share < 0.4:
                continue
            facts.report(
                RULE.name,
                "error" if share > 0.6 else "warning",
                place,
                f"{share:.0%} of the weights that have a gradient are the same bits after a step: the "
                f"update is below the last digit of a {kind} weight, and is rounded away",
                "Keep the weights in float32 and compute in autocast; or use an optimizer with a float32 "
                "copy of them.",
                steps_looked_at=times,
                weights=whole,
                unchanged=lost,
            )

    return {Updating: updating, Updated: updated, Ended: ended}


def _kind(optimizer: Any) -> str:
    kinds = {
        str(p.dtype).removeprefix("torch.") for p in parameters(optimizer) if p.element_size() == 2
    }
    return " or ".join(sorted(kinds))


RULE = Rule(
    name="bf16-weight-updates-rounded-away",
    severity="error",
    what="Weights of 16 bits are updated by less than their last digit.",
    why="bfloat16 has 8 bits for the digits: a change below about 0.2 % of a weight is rounded away. "
    "Small learning rates then move nothing, though loss and gradients look well.",
    seen="In some steps, weights with a gradient other than 0 are compared before and after: more than "
    "40 % have the same bits.",
    silent="Autocast, where the weights stay float32; a float32 copy that is updated; rows without a "
    "gradient; steps with a learning rate of 0; optimizers that are not PyTorch's own, which may round "
    "at random.",
    bad="model = model.bfloat16()\noptimizer = SGD(model.parameters(), lr=1e-3)\n",
    good="with torch.autocast('cuda', dtype=torch.bfloat16):\n    loss = criterion(model(x), y)\n",
    watch=watch,
)
