"""The moment just before an update, and what can be asked and done there."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from fourbeat.data.batch import tensors
from fourbeat.errors import FourbeatError, Problem
from fourbeat.observe.stream import Subjects
from fourbeat.pause.conditions import Unknown
from fourbeat.pause.preview import preview


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer's share of an update; 2-norms over all its parameters.

    Attributes:
        name: the parameters' name without its last part.
        weight, gradient, update: norms; NaN where they are not known.
        ratio: of the update's norm to the weights'.
    """

    name: str
    weight: float
    gradient: float
    update: float
    ratio: float


@dataclass(slots=True)
class Seen:
    """What a step's events told before the update.

    Attributes:
        number, epoch: of the step.
        batches: its batches with their rows, as the loader gave them.
        output: of the model's last call.
        losses: with what each mean divides by.
        norms: gradients' norms before clipping, by the parameter's id.
    """

    number: int = 0
    epoch: int = 0
    batches: list[tuple[Any, np.ndarray | None]] = field(
        default_factory=list[tuple[Any, np.ndarray | None]]
    )
    output: Any = None
    losses: list[tuple[Tensor, Any]] = field(default_factory=list[tuple[Tensor, Any]])
    norms: dict[int, float] = field(default_factory=dict[int, float])


class PausedStep:
    """A step that stands just before its update.

    Attributes:
        number: of the step, from 0.
        epoch: from 1; 0 where it is not known.
        optimizer: that is about to step, a `torch.optim.Optimizer`.
        closure: whether it will evaluate the loss again.
        skipped: whether the update will be left out.
        seen: what its events told.
    """

    def __init__(
        self,
        seen: Seen,
        optimizer: Optimizer,
        closure: bool,
        subjects: Callable[[], Subjects],
        wishes: "Wishes",
    ):
        self.number = seen.number
        self.epoch = seen.epoch
        self.optimizer = optimizer
        self.closure = closure
        self.skipped = False
        self.seen = seen
        self._subjects = subjects
        self._wishes = wishes

    def __repr__(self) -> str:
        epoch = f" of epoch {self.epoch}" if self.epoch else ""
        return f"<step {self.number}{epoch}, before {self.name}.step()>"

    @property
    def name(self) -> str:
        """Of the optimizer; `main` for a single one."""
        found = self._subjects().optimizers.items()
        return next((n for n, o in found if o is self.optimizer), type(self.optimizer).__name__)

    @property
    def batch(self) -> Any:
        """The last batch, as the loader gave it; None where no loader was seen."""
        return self.seen.batches[-1][0] if self.seen.batches else None

    @property
    def rows(self) -> np.ndarray | None:
        """Row numbers of all batches of the step, int64 of shape (n,); None where not known."""
        rows = [rows for _, rows in self.seen.batches]
        known = [one for one in rows if one is not None]
        return np.concatenate(known) if known and len(known) == len(rows) else None

    @property
    def logits(self) -> Tensor | None:
        """The first tensor of the model's last answer; None where no call of it was seen."""
        return next(tensors(self.seen.output), None)

    @cached_property
    def loss(self) -> float:
        """What the gradients are of: the sum of the losses, or their mean by weight where given.

        NaN where it is not known: before a closure has been called.
        """
        losses = self.seen.losses
        if not losses:
            return math.nan
        values = [float(value.detach().sum()) for value, _ in losses]
        weights = [1.0 if weight is None else float(weight) for _, weight in losses]
        if all(weight is None for _, weight in losses):
            return math.fsum(values)
        return math.fsum(v * w for v, w in zip(values, weights, strict=True)) / math.fsum(weights)

    @property
    def lr(self) -> float:
        """The learning rate of the first group."""
        return float(self.optimizer.param_groups[0]["lr"])

    @property
    def weights(self) -> dict[str, Tensor]:
        """The optimizer's parameters by name, detached; not copies."""
        return {name: p.detach() for name, p in self._parameters.items()}

    @property
    def gradients(self) -> dict[str, Tensor]:
        """Their gradients by name, those that have one; not copies."""
        return {name: p.grad for name, p in self._parameters.items() if p.grad is not None}

    def preview(self) -> dict[str, Tensor]:
        """What the update would do: new minus old of each parameter, by name.

        Really stepped, on copies of parameters, gradients and the optimizer's state; the training
        and its random numbers stay as they are. An optimizer's own step hooks are not called.

        Raises:
            FourbeatError: for an optimizer with a closure, or one that cannot be copied.
        """
        if self.closure:
            raise FourbeatError(
                "an update with a closure cannot be previewed",
                f"step {self.number}",
                "It evaluates the loss again; look after it",
            )
        return preview(self.optimizer, self._parameters)

    def layers(self) -> list[Layer]:
        """Norms of weights, gradients and the update by layer, in the model's order."""
        names = dict.fromkeys(name.rpartition(".")[0] or name for name in self._parameters)
        return [Layer(name, *(self._or_nan(name, what) for what in _COLUMNS)) for name in names]

    def skip(self) -> None:
        """Leave this update out.

        Raises:
            FourbeatError: for an optimizer with a closure.
        """
        if self.closure:
            raise FourbeatError(
                "an update with a closure cannot be left out",
                f"step {self.number}",
                "The optimizer must call it; set the learning rate to 0 for this step",
            )
        self.skipped = True

    def again(self) -> None:
        """Pause at the next step, too."""
        self._wishes.again = self.seen

    def go(self) -> None:
        """Pause no more."""
        self._wishes.over = True

    def value(self, name: str) -> float:
        """A name of a condition; see `conditions.NAMES`."""
        if name in ("step", "epoch"):
            return self.number if name == "step" else self.epoch
        if name == "lr":
            return self.lr
        if name == "loss":
            if not self.seen.losses:
                raise Unknown
            return self.loss
        return self._norm(list(self._parameters), name)

    def layer(self, layer: str, name: str) -> float:
        """Of a layer; see `conditions.LAYER`.

        Raises:
            FourbeatError: for a layer that no parameter belongs to.
        """
        found = [n for n in self._parameters if n == layer or n.startswith(f"{layer}.")]
        if not found and not any(
            n == layer or n.startswith(f"{layer}.") for n in self._subjects().parameters
        ):
            raise no_such_layer(layer, list(self._subjects().parameters))
        if not found:  # another optimizer's
            raise Unknown
        return self._norm(found, name)

    def _or_nan(self, layer: str, what: str) -> float:
        try:
            return self.layer(layer, what)
        except (Unknown, FourbeatError):
            return math.nan

    def _norm(self, names: Sequence[str], what: str) -> float:
        if what == "weight_norm":
            return joined(self._weight_norms[name] for name in names)
        if what == "update_norm":
            return joined(self._update_norms[name] for name in names)
        if what == "update_ratio":
            weight = self._norm(names, "weight_norm")
            return self._norm(names, "update_norm") / weight if weight else math.nan
        known = [self._gradient_norms[name] for name in names if name in self._gradient_norms]
        if not known:
            raise Unknown
        return joined(known)

    @cached_property
    def _parameters(self) -> dict[str, Tensor]:
        own = {id(p) for group in self.optimizer.param_groups for p in group["params"]}
        return {n: p for n, p in self._subjects().parameters.items() if id(p) in own}

    @cached_property
    def _weight_norms(self) -> dict[str, float]:
        return norms(self.weights)

    @cached_property
    def _update_norms(self) -> dict[str, float]:
        if self.closure:
            raise Unknown
        try:
            return norms(self.preview())
        except FourbeatError:
            raise Unknown from None

    @cached_property
    def _gradient_norms(self) -> dict[str, float]:
        if self.closure:
            raise Unknown
        ids = {id(p): name for name, p in self._parameters.items()}
        before = {ids[key]: norm for key, norm in self.seen.norms.items() if key in ids}
        later = {name: g for name, g in self.gradients.items() if name not in before}
        return {**norms(later, scale_of(self.optimizer)), **before}


_COLUMNS = ("weight_norm", "grad_norm", "update_norm", "update_ratio")


@dataclass(slots=True)
class Wishes:
    """What was asked for at a pause.

    Attributes:
        again: pause at the step after this one.
        over: no more pauses.
    """

    again: Seen | None = None
    over: bool = False


def norms(values: Mapping[str, Tensor], scale: float = 1.0) -> dict[str, float]:
    """The 2-norm of each, divided by a scale."""
    with torch.no_grad():
        found: dict[str, float] = {}
        for name, value in values.items():
            dense = value.coalesce().values() if value.is_sparse else value
            found[name] = float(torch.linalg.vector_norm(dense)) / scale
        return found


def scale_of(optimizer: Optimizer) -> float:
    """What a fused optimizer's gradients are still multiplied by under a gradient scaler."""
    scale = getattr(optimizer, "grad_scale", None)
    return 1.0 if scale is None else float(scale)


def joined(values: Any) -> float:
    """The 2-norm of all together."""
    return math.hypot(*values)


def no_such_layer(layer: str, known: Sequence[str]) -> FourbeatError:
    """A condition names a layer that is not there."""
    import difflib

    layers = list(dict.fromkeys(part for name in known for part in (name, name.rpartition(".")[0])))
    near = difflib.get_close_matches(layer, layers, n=1, cutoff=0.4)
    hint = (
        f"Did you mean {near[0]}?" if near else f"There are {', '.join(filter(None, layers[:12]))}"
    )
    return FourbeatError(Problem(f"no parameter belongs to the layer {layer!r}", "--when", hint))
