"""One optimizer and what belongs to it: from gradients to new weights, in the right order."""

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch.amp import GradScaler
from torch.nn.utils import clip_grad_value_, clip_grads_with_norm_
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from fourbeat.errors import BeatError, RunError
from fourbeat.loop.direct import Direct, backward
from fourbeat.loop.gate import Gate
from fourbeat.loop.norm import LateNorm, all_finite, sound, total_norm
from fourbeat.loop.schedule import Interval, interval_of
from fourbeat.loop.share import Weight
from fourbeat.loop.warmup import Warmup
from fourbeat.observe.events import (
    Clear,
    Clip,
    Gradients,
    Schedule,
    Unscale,
    Updated,
    Updating,
)
from fourbeat.observe.stream import Stream


@dataclass(frozen=True, slots=True)
class Rules:
    """What is done to gradients before an update.

    Attributes:
        clip_norm: the gradients' total 2-norm is brought down to this.
        clip_value: each gradient is brought into [-clip_value, clip_value].
        nonfinite: `raise` or `skip` the update when a gradient is not finite.
    """

    clip_norm: float | None = None
    clip_value: float | None = None
    nonfinite: Literal["raise", "skip"] = "raise"

    def __post_init__(self) -> None:
        for name, most in (("clip_norm", self.clip_norm), ("clip_value", self.clip_value)):
            if most is not None and not most > 0:
                raise ValueError(f"{name} must be above 0, got {most}")
        if self.nonfinite not in ("raise", "skip"):
            raise ValueError(f"nonfinite must be one of raise, skip, got {self.nonfinite!r}")


@dataclass(slots=True)
class Update:
    """What came of an update.

    Attributes:
        done: False if it was skipped for gradients that are not finite.
        norm: the gradients' total 2-norm before clipping: a number, a scalar tensor, or one that is
            worked out if it is asked for before the next step.
        rates: the learning rate of each group.
    """

    done: bool
    norm: Tensor | float | LateNorm
    rates: list[float]


class Lane:
    """An optimizer with its scheduler, warm-up and scaler.

    Attributes:
        name: of the optimizer in the run.
        warmup: None for none.
        scaler: for fp16, None otherwise.
        gate: for a fused optimizer on a GPU, None otherwise.
    """

    def __init__(
        self,
        name: str,
        optimizer: Optimizer,
        scheduler: LRScheduler | None,
        interval: Interval,
        scaler: GradScaler | None,
        rules: Rules,
        warmup: Warmup | None,
        stream: Stream,
    ):
        self.name = name
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.interval = interval
        self.scaler = scaler
        self.rules = rules
        self.warmup = warmup
        self._stream = stream
        self._heard = self._stream.heard
        self._direct = Direct(optimizer)
        waits = scaler is not None or rules.nonfinite == "skip"  # what they do depends on it
        self.gate = None if waits else Gate.of(optimizer)
        self._first: Weight = 1
        self._total: Weight = 0
        self._batches = 0
        self._sound = True

    def parameters(self) -> list[Tensor]:
        """The parameters it updates."""
        return [p for group in self.optimizer.param_groups for p in group["params"]]

    def rates(self) -> list[float]:
        """The learning rate of each group, now."""
        return [float(group["lr"]) for group in self.optimizer.param_groups]

    def clear(self) -> None:
        """Forget all gradients."""
        self._zero_grad()
        self._batches, self._sound = 0, True
        if self.gate is not None:
            self.gate.clear()

    def _zero_grad(self) -> None:
        self._direct.clear()
        if self._heard[Clear]:
            self._stream.emit(Clear(self.optimizer))

    def backward(self, loss: Tensor, weight: Weight, *, sound: bool) -> None:
        """Add a micro-batch's gradients to those of the step.

        The gradient of a mean over several micro-batches is the sum of theirs, each weighted by
        its share. The whole is not known yet, so each weighs in units of the first one, and
        `update` divides by the sum; a single one is left as it is.

        Args:
            loss: its mean loss.
            weight: what that mean divides by.
            sound: whether the loss is finite; if not, the update is skipped.
        """
        self._sound &= sound
        if self._batches == 0:
            self._first, self._total = weight, weight
        else:
            loss = loss * (weight / self._first)
            self._total = self._total + weight
        self._batches += 1
        backward(self.scaler.scale(loss) if self.scaler else loss)

    def update(self, closure: Callable[[], Any] | None, blame: Callable[[], None]) -> Update:
        """Unscale, divide, check, clip, step, schedule, clear.

        Args:
            closure: for an optimizer that evaluates the loss again, such as L-BFGS; it calls
                `Step.backward`.
            blame: raises, naming where the gradients broke.

        Raises:
            BeatError: if no parameter has a gradient, or for a closure with a scaler.
        """
        if closure is not None:
            return self._by_closure(closure, blame)
        gradients = self._ready()
        if self.gate is not None:
            return self._by_gate(self.gate, self._norm(gradients))
        norm = LateNorm(gradients) if self._later(gradients) else self._norm(gradients)
        finite = self._sound and self._finite(norm, gradients)
        if not finite and (self.scaler is None or self.scaler.get_scale() <= 1):
            self._refuse(blame)
        if finite and isinstance(norm, Tensor):
            self._clip(norm)
        updating = Updating(self.optimizer, skip=not finite)
        if self._heard[Updating]:
            self._stream.emit(updating)
        done = not updating.skip
        if done:
            if self.scaler is not None:
                self.scaler.step(self.optimizer)
            else:
                self._direct.step()
        if self._heard[Updated]:
            self._stream.emit(Updated(self.optimizer, done))
        if self.scaler is not None:
            self.scaler.update()
        rates = self.rates()
        if done:
            self.end_step()
        self.clear()
        return Update(done, norm, rates)

    def _by_gate(self, gate: Gate, norm: Tensor) -> Update:
        """Without knowing whether the gradients are finite; the gate does."""
        gate.watch(norm)
        self._clip(norm)
        updating = Updating(self.optimizer)
        if self._heard[Updating]:
            self._stream.emit(updating)
        done = not updating.skip
        if done:
            gate.step(self.optimizer)
        if self._heard[Updated]:
            self._stream.emit(Updated(self.optimizer, done))
        rates = self.rates()
        if done:
            self.end_step()
        self._zero_grad()
        self._batches = 0
        return Update(done, norm, rates)

    def _by_closure(self, closure: Callable[[], Any], blame: Callable[[], None]) -> Update:
        if self.scaler is not None:
            raise BeatError(
                "an update with a closure has no place for a gradient scaler",
                f"optimizer {self.name!r}",
                "Use precision='bf16' or 'fp32' with it",
            )
        norms: list[Tensor] = []

        def evaluate() -> Any:
            self.clear()
            with torch.enable_grad():
                loss = closure()
            gradients = self._ready()
            norm = self._norm(gradients)
            if not self._finite(norm, gradients):
                self._refuse(blame)
            self._clip(norm)
            norms.append(norm)
            return loss

        self._stream.emit(Updating(self.optimizer, closure=True))
        self.optimizer.step(evaluate)
        self._stream.emit(Updated(self.optimizer))
        if not norms:
            raise BeatError(
                f"{type(self.optimizer).__name__} never called the closure",
                f"optimizer {self.name!r}",
                "Leave the closure out",
            )
        rates = self.rates()
        self.end_step()
        self.clear()
        return Update(True, norms[0], rates)

    def end_step(self) -> None:
        """After an update: warm up, and then move a scheduler that moves per step."""
        if self.warmup is not None and self.warmup.active:
            self.warmup.step()
        elif self.interval == "step" and self.scheduler is not None:
            self._schedule()

    def end_epoch(self) -> None:
        """Move a scheduler that moves per epoch."""
        if self.scheduler is not None and self.interval == "epoch":
            with self.aims():
                self._schedule()

    def _schedule(self) -> None:
        assert self.scheduler is not None
        self.scheduler.step()
        self._stream.emit(Schedule(self.optimizer))

    def aims(self) -> AbstractContextManager[None]:
        """The rates without the warm-up, for whoever moves them."""
        return nullcontext() if self.warmup is None else self.warmup.aside()

    def _gradients(self) -> list[Tensor]:
        """The gradients' values, in place."""
        found = (p.grad for p in self.parameters() if p.grad is not None)
        return [g.coalesce().values() if g.is_sparse else g for g in found]

    def _ready(self) -> list[Tensor]:
        """Gradients of the whole step, in their own scale."""
        if self.scaler is not None:
            self.scaler.unscale_(self.optimizer)
            self._stream.emit(Unscale(self.optimizer))
        if self._batches > 1:
            share = self._total / self._first
            for parameter in self.parameters():
                if parameter.grad is not None:
                    parameter.grad.div_(share)
        gradients = self._gradients()
        if not gradients:
            raise BeatError(
                "no parameter has a gradient",
                f"optimizer {self.name!r}",
                "The loss must depend on a parameter that this optimizer holds",
            )
        return gradients

    def _later(self, gradients: list[Tensor]) -> bool:
        """Whether nobody needs the norm, and nobody changes the gradients, before the step is over."""
        if self.rules.clip_norm is not None or self.rules.clip_value is not None:
            return False
        if self.scaler is not None or gradients[0].device.type != "cpu":
            return False
        return not self._heard[Gradients] and not self._heard[Updating] and self._direct.spares()

    def _norm(self, gradients: list[Tensor]) -> Tensor:
        """The norm, told to whoever listens."""
        norm, each = total_norm(gradients)
        if self.gate is not None or self._heard[Gradients]:
            held = [p for p in self.parameters() if p.grad is not None]
            self._stream.emit(Gradients(self.optimizer, held, each, norm))
            if self.gate is not None:
                self.gate.norms = list(zip(held, each, strict=True))
        return norm

    def _finite(self, norm: Tensor | LateNorm, gradients: list[Tensor]) -> bool:
        """Whether every gradient is, and the norm too where gradients are brought down to one."""
        if isinstance(norm, LateNorm):
            return sound(gradients)
        clips = self.rules.clip_norm is not None
        return math.isfinite(norm.item()) or (not clips and all_finite(gradients))

    def _refuse(self, blame: Callable[[], None]) -> None:
        if self.rules.nonfinite == "raise":
            blame()

    def _clip(self, norm: Tensor) -> None:
        if self.rules.clip_norm is not None:
            held = self.parameters()
            if self._heard[Clip]:
                self._stream.emit(Clip(held, self.rules.clip_norm, "norm"))
            clip_grads_with_norm_(held, self.rules.clip_norm, norm)
        if self.rules.clip_value is not None:
            held = self.parameters()
            if self._heard[Clip]:
                self._stream.emit(Clip(held, self.rules.clip_value, "value"))
            clip_grad_value_(held, self.rules.clip_value)


def make_lanes(
    optimizer: Optimizer | Mapping[str, Optimizer],
    scheduler: LRScheduler | Mapping[str, LRScheduler] | None,
    schedule: Literal["step", "epoch"] | None,
    scaler: Callable[[], GradScaler | None],
    rules: Rules,
    warmup: int,
    stream: Stream,
) -> dict[str, Lane]:
    """A lane for each optimizer; a single one is called `main`.

    Raises:
        RunError: for a scheduler without its optimizer, or a parameter that two optimizers hold.
    """
    optimizers = {"main": optimizer} if isinstance(optimizer, Optimizer) else dict(optimizer)
    if isinstance(scheduler, Mapping):
        schedulers = dict(scheduler)
    else:
        schedulers = {} if scheduler is None else {next(iter(optimizers)): scheduler}
        if scheduler is not None and len(optimizers) > 1:
            raise RunError(
                "one scheduler for several optimizers",
                "scheduler",
                f"Give them by name: scheduler={{{next(iter(optimizers))!r}: …}}",
            )
    lost = sorted(schedulers.keys() - optimizers.keys())
    if lost or not optimizers:
        raise RunError(
            f"no optimizer for the scheduler {lost[0]!r}" if lost else "no optimizer was given",
            "scheduler" if lost else "optimizer",
            f"Optimizers: {', '.join(optimizers)}" if optimizers else "",
        )
    lanes = {
        name: Lane(
            name,
            one,
            schedulers.get(name),
            interval_of(schedulers.get(name), schedule),
            scaler(),
            rules,
            Warmup(one, warmup) if warmup else None,
            stream,
        )
        for name, one in optimizers.items()
    }
    held: dict[int, str] = {}
    for lane in lanes.values():
        for parameter in lane.parameters():
            if held.setdefault(id(parameter), lane.name) != lane.name:
                raise RunError(
                    f"the optimizers {held[id(parameter)]!r} and {lane.name!r} hold the same "
                    f"parameter, of shape {tuple(parameter.shape)}",
                    "optimizer",
                    "Give each parameter to one of them",
                )
    return lanes
