"""The flight recorder: reads the stream, and writes a record of each step."""

from collections import deque
from collections.abc import Callable, Sequence
from math import isfinite
from time import perf_counter
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from fourbeat.observe import events
from fourbeat.observe.stream import Subjects
from fourbeat.record.draft import Draft, Lane, Writer, on_host
from fourbeat.record.governor import Governor
from fourbeat.record.layout import Flag, Layout
from fourbeat.record.measure import fingerprint, hash_batch, norms

DATA, FORWARD, LOSS, BACKWARD, UPDATE, RECORDER = range(6)

SHARES = {"gradients": 0.4, "weights": 0.4, "fingerprint": 0.2}
"""What is thinned, and what each gets of the budget."""

WAITING = 16
"""Records that may wait for a device before the host waits for it."""

COPIED = 1 << 30
"""Bytes of weights that are copied at most, for the norm of an update."""


class Sink(Protocol):
    """Where records go; see `StepLog`."""

    def begin(self, layout: Layout) -> None:
        """Records of this layout follow."""
        ...

    def rows(self, numbers: np.ndarray) -> int:
        """Keep row numbers; gives their place."""
        ...

    def write(self, raw: bytes) -> None:
        """Keep a record."""
        ...


class Recorder:
    """A reader of a stream that records each of its steps.

    Loss, batch hash, learning rates and times are recorded in every step; norms by parameter and
    the fingerprint as often as the budget allows. Nothing waits for a GPU: its numbers are
    fetched in the background and written some steps later.

    Args:
        subjects: what is trained.
        sink: where records go.
        budget: share of a step's time; None to hold everything at every step.

    Attributes:
        trained: what is trained, as it was when the present layout began.
    """

    def __init__(self, subjects: Callable[[], Subjects], sink: Sink, budget: float | None = 0.02):
        self._subjects = subjects
        self._sink = sink
        self._governor = Governor(budget, SHARES)
        self._readers: dict[type[Any], Callable[[Any], None]] = {
            events.Batch: self._batch,
            events.Forward: self._forward,
            events.Loss: self._loss,
            events.Backward: self._backward,
            events.Gradients: self._gradients,
            events.Clip: self._clip,
            events.Updating: self._updating,
            events.Updated: self._updated,
            events.Stepped: self._stepped,
        }
        self._writer: Writer | None = None
        self._written: Writer | None = None
        self.trained = Subjects({}, {})
        self._copies: dict[int, list[Tensor]] = {}
        self._decided: dict[str, bool] = {}
        self._waiting: deque[tuple[Writer, Draft, Sequence[np.ndarray], Any]] = deque()
        self._unsaid: list[tuple[Tensor, Any]] = []
        self._draft = Draft()
        self._mark = self._began = perf_counter()
        self._own = self._thinned = self._copying = 0.0
        self._now = self._mark

    def __call__(self, event: events.Event) -> None:
        """Take an event in."""
        read = self._readers.get(type(event))
        if read is None:
            return
        now = perf_counter()
        self._now = now
        read(event)
        self._mark = perf_counter()
        self._own += self._mark - now

    def flush(self) -> None:
        """Write what still waits for a device."""
        while self._waiting:
            self._write_first()

    def _batch(self, event: events.Batch) -> None:
        draft = self._draft
        draft.seconds[DATA] += event.seconds
        if hash_batch(draft.hash, event.batch):
            draft.flags |= Flag.BATCH
        if event.rows is not None:
            draft.rows.append(event.rows)

    def _forward(self, event: events.Forward) -> None:
        self._draft.seconds[FORWARD] += event.seconds

    def _loss(self, event: events.Loss) -> None:
        self._draft.seconds[LOSS] += self._now - self._mark
        loss = (event.value.detach(), event.weight)
        if event.optimizer is None:
            self._unsaid.append(loss)
        else:
            self._lane(event.optimizer).losses.append(loss)

    def _backward(self, _: events.Backward) -> None:
        self._draft.seconds[BACKWARD] += self._now - self._mark

    def _gradients(self, event: events.Gradients) -> None:
        lane = self._lane(event.optimizer)
        if lane.total is None:  # with a closure, the first evaluation counts
            self._take(lane, event.parameters, event.norms, event.total)

    def _take(self, lane: Lane, held: Sequence[Tensor], each: Tensor, total: Tensor) -> None:
        self._draft.flags |= Flag.GRADIENTS
        lane.total, lane.gradients = total.detach(), (held, each.detach())
        if total.device.type == "cpu" and not isfinite(total.item()):
            counts = [int((~p.grad.isfinite()).sum()) for p in held if p.grad is not None]
            lane.counts = np.array(counts, np.uint32)

    def _clip(self, event: events.Clip) -> None:
        self._draft.flags |= Flag.CLIPPED
        held = {id(p) for p in event.parameters}
        for optimizer in self._subjects().optimizers.values():
            if any(id(p) in held for p in parameters_of(optimizer)):
                self._look(optimizer)

    def _look(self, optimizer: Optimizer) -> None:
        """Take the norms of gradients that nobody has taken yet."""
        lane = self._lane(optimizer)
        if lane.total is not None or not self._may("gradients"):
            return
        start = perf_counter()
        held = [p for p in parameters_of(optimizer) if p.grad is not None]
        if held:
            each = norms([p.grad for p in held if p.grad is not None])
            self._take(lane, held, each, torch.linalg.vector_norm(each))
        self._pay("gradients", start)

    def _updating(self, event: events.Updating) -> None:
        optimizer = event.optimizer
        lane = self._lane(optimizer)
        lane.losses += self._unsaid
        self._unsaid.clear()
        lane.rates = [float(group["lr"]) for group in optimizer.param_groups]
        if event.closure:
            return
        self._look(optimizer)
        if self._may("weights"):
            self._copy(optimizer)

    def _copy(self, optimizer: Optimizer) -> None:
        """Keep the weights as they stand before the update."""
        start = perf_counter()
        held = [p.detach() for p in parameters_of(optimizer)]
        if sum(p.numel() * p.element_size() for p in held) <= COPIED:
            self._copies[id(optimizer)] = [p.clone() for p in held]
        self._copying = perf_counter() - start
        self._thinned += self._copying

    def _updated(self, event: events.Updated) -> None:
        draft, optimizer = self._draft, event.optimizer
        draft.seconds[UPDATE] += self._now - self._mark
        lane = self._lane(optimizer)
        if not event.done:
            draft.flags |= Flag.SKIPPED
        if self._unsaid:  # of a closure: the loss before the update is the one that counts
            lane.losses = lane.losses or self._unsaid[:1]
            self._unsaid.clear()
        before = self._copies.pop(id(optimizer), None)
        if before is None:
            return
        start = perf_counter() - self._copying
        self._thinned -= self._copying  # it is paid for below
        held = parameters_of(optimizer)
        now = [p.detach() for p in held]
        moved = torch._foreach_sub(now, before)  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
        lane.weights, lane.updates = (held, norms(before)), (held, norms(moved))
        draft.flags |= Flag.WEIGHTS
        self._pay("weights", start)

    def _stepped(self, event: events.Stepped) -> None:
        draft, writer = self._draft, self._fitting()
        if writer is None:  # broken off before anything was known
            self._next()
            return
        draft.step, draft.epoch, draft.examples = event.number, event.epoch, event.examples
        if not event.counted:
            draft.flags |= Flag.UNCOUNTED
        if self._unsaid:
            self._lane(next(iter(self.trained.optimizers.values()))).losses += self._unsaid
        if self._governor.may("fingerprint"):
            start = perf_counter()
            subjects = self._subjects()
            values = [*subjects.parameters.values(), *subjects.buffers.values()]
            draft.fingerprint = fingerprint(values)
            draft.flags |= Flag.FINGERPRINT
            self._pay("fingerprint", start)
        self._waiting.append((writer, draft, *on_host(draft.tensors(writer.order))))
        while self._waiting and (len(self._waiting) > WAITING or ready(self._waiting[0][3])):
            self._write_first()
        self._next()

    def _fitting(self) -> Writer | None:
        """A writer for what is trained now; None where that is not known yet."""
        if self._writer is None or not self._writer.fits(self._draft.lanes):
            subjects = self._subjects()
            if not subjects.optimizers:
                return None
            self.trained = subjects
            self._writer = Writer(subjects)
        return self._writer

    def _next(self) -> None:
        """Turn over the page."""
        now = perf_counter()
        own = self._own + now - self._now
        self._governor.step(now - self._began, own - self._thinned)
        self._own = self._now - now  # `__call__` adds this event's time to it
        self._began, self._thinned = now, 0.0
        self._unsaid.clear()
        self._copies.clear()
        self._decided.clear()
        self._draft = Draft()

    def _write_first(self) -> None:
        writer, draft, numbers, wait = self._waiting.popleft()
        if wait is not None:
            wait.synchronize()
        if writer is not self._written:
            self._sink.begin(writer.layout)
            self._written = writer
        place = 0
        if draft.rows:
            one = len(draft.rows) == 1
            place = self._sink.rows(draft.rows[0] if one else np.concatenate(draft.rows))
        draft.seconds[RECORDER] = self._own + perf_counter() - self._now
        self._sink.write(writer.sealed(draft, numbers, place))

    def _lane(self, optimizer: Optimizer) -> Lane:
        """What an optimizer did in this step."""
        lane = self._draft.lanes.get(id(optimizer))
        if lane is None:
            lane = self._draft.lanes[id(optimizer)] = Lane()
        return lane

    def _may(self, name: str) -> bool:
        """Whether to do a thing in this step: the same for all of its optimizers."""
        if name not in self._decided:
            self._decided[name] = self._governor.may(name)
        return self._decided[name]

    def _pay(self, name: str, start: float) -> None:
        """Charge a thing that is thinned."""
        took = perf_counter() - start
        self._thinned += took
        self._governor.paid(name, took)


def parameters_of(optimizer: Optimizer) -> list[Tensor]:
    """What it updates."""
    return [p for group in optimizer.param_groups for p in group["params"]]


def ready(event: Any) -> bool:
    """Whether a device has got so far."""
    return event is None or event.query()
