"""Which parameters a loss reaches, and which of them an optimizer holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import ref

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.check.births import Births
from fourbeat.check.graph import leaves
from fourbeat.check.look import each_tensor
from fourbeat.finding import Place
from fourbeat.observe.events import Updated, Updating
from fourbeat.observe.finer import Differentiating, Made, Operation, StateGiven
from fourbeat.observe.place import here
from fourbeat.observe.steps import parameters

CLOSE = 16
"""Backwards whose graph is walked one after the other; later ones at growing distances, for a walk
costs as much as a few operations of the step itself."""


@dataclass(slots=True, eq=False)
class Known:
    """What is known of a parameter.

    Attributes:
        parameter: itself, as long as it lives.
        reached: walked backwards that reached it.
        last: number of the last of them, counted from 1.
        held: whether an optimizer ever held it.
        owned: whether a module had it when an optimizer first held it.
        loaded: whether its values were loaded.
        used: the first line that computed with it; None where nobody looked.
        born: the line that built its module, if that was since the backward before its first use.
        values: a few of them, from when it was first reached.
    """

    parameter: ref[Tensor]
    reached: int = 0
    last: int = 0
    held: bool = False
    owned: bool = False
    loaded: bool = False
    used: Place | None = None
    born: Place | None = None
    values: list[float] | None = None


class Census:
    """Counts parameters that losses reach, and judges at growing distances.

    Models may be gone when the script ends. Hence whoever wants to say something about them is asked
    after steps 3, 4, 5, 7, 9 and so on, a quarter further each time, and the last answer counts.

    Args:
        births: of the modules.

    Attributes:
        births: the same.
        walking: whether the present backward is one of those whose graph is worth a walk.
        walked: how many backwards were walked.
        reached: by the last of them, by id.
        repeats: for each line that builds modules with parameters anew for a step, in how many.
        judges: asked after some steps of an optimizer.
    """

    def __init__(self, births: Births) -> None:
        self.births = births
        self.walked = self._runs = 0
        self.walking = False
        self.reached: set[int] = set()
        self.repeats: dict[Place, int] = {}
        self.judges: list[Callable[[Optimizer], None]] = []
        self._known: dict[int, Known] = {}
        self._held: dict[int, int] = {}
        self._steps: dict[int, tuple[int, int]] = {}
        self.readers: dict[type[Any], Any] = {
            Operation: self._operation,
            Made: self._made,
            Differentiating: self._differentiating,
            StateGiven: self._state_given,
            Updating: self._updating,
            Updated: self._updated,
        }

    def of(self, parameter: Tensor) -> Known:
        """What is known of a parameter."""
        number, all_known = id(parameter), self._known
        known = all_known.get(number)
        if known is None or known.parameter() is not parameter:
            known = Known(ref(parameter, lambda _: all_known.pop(number, None)))
            all_known[number] = known
        return known

    def orphans(self) -> list[Known]:
        """Parameters of modules that the last loss reached, and that no optimizer ever held."""
        found = [one for one in self._known.values() if one.last == self.walked and not one.held]
        return [one for one in found if isinstance(one.parameter(), nn.Parameter)]

    def free(self) -> list[Tensor]:
        """Leaves that the last loss reached, and that no optimizer ever held; also those that no module has."""
        found = [
            one.parameter()
            for one in self._known.values()
            if one.last == self.walked and not one.held
        ]
        return [p for p in found if p is not None]

    def _operation(self, event: Operation) -> None:
        for one in each_tensor(event.arguments, event.named):
            if isinstance(one, nn.Parameter) and one.requires_grad:
                known = self.of(one)
                if known.used is None and _computes(event):
                    known.used = here()
                    known.born = self.births.place_of(one)

    def held(self) -> list[Tensor]:
        """Parameters that an optimizer ever held, and that live."""
        found = [one.parameter() for one in self._known.values() if one.held]
        return [p for p in found if p is not None]

    def _made(self, event: Made) -> None:
        owned = {id(p) for m in self.births.modules() for p in m.parameters(recurse=False)}
        for p in parameters(event.optimizer):
            known = self.of(p)
            known.held = True
            known.owned |= id(p) in owned

    def _updating(self, event: Updating) -> None:
        size = sum(len(group["params"]) for group in event.optimizer.param_groups)
        if self._held.get(id(event.optimizer)) != size:  # a group was added
            self._held[id(event.optimizer)] = size
            self._made(Made(event.optimizer))

    def _state_given(self, event: StateGiven) -> None:
        for p in event.module.parameters():
            self.of(p).loaded = True

    def _differentiating(self, event: Differentiating) -> None:
        self._runs += 1
        self.walking = self._runs <= CLOSE or not self._runs % (8 if self._runs < 512 else 64)
        if not event.accumulates:
            return
        self.births.fresh.clear()
        if not self.walking:
            return
        self.walked += 1
        self.reached = set()
        again: set[Place] = set()
        for leaf in leaves(event.roots):
            known = self.of(leaf)
            known.reached += 1
            known.last = self.walked
            self.reached.add(id(leaf))
            if known.values is None and not known.held and isinstance(leaf, nn.Parameter):
                known.values = some_of(leaf)
            if known.born is not None and known.reached == 1 and not known.held:
                again.add(known.born)
        for place in again:
            self.repeats[place] = self.repeats.get(place, 0) + 1

    def _updated(self, event: Updated) -> None:
        steps, due = self._steps.get(id(event.optimizer), (0, 3))
        steps += 1
        if steps >= due:
            due = max(steps + 1, steps * 5 // 4)
            for judge in self.judges:
                judge(event.optimizer)
        self._steps[id(event.optimizer)] = steps, due


def unchanged(known: Known) -> bool:
    """Whether a parameter still has the values with which it was first reached."""
    p = known.parameter()
    return p is not None and known.values is not None and some_of(p) == known.values


def some_of(tensor: Tensor) -> list[float]:
    """Up to 32 values, spread over the tensor, by which a change is seen."""
    with torch.no_grad():
        flat = tensor.detach().reshape(-1)
        return flat[:: max(1, flat.numel() // 32)][:32].tolist()


def shapes(tensors: Sequence[Tensor | None]) -> str:
    """Their shapes, in words."""
    return ", ".join("x".join(map(str, t.shape)) or "scalar" for t in tensors if t is not None)


def _computes(event: Operation) -> bool:
    name = getattr(event.function, "__name__", "")
    return isinstance(event.result, Tensor | tuple) and not name.endswith("_") and name != "__get__"
