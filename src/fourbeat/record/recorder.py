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
from fourbeat.record.block import Block
from fourbeat.record.draft import Draft, Lane
from fourbeat.record.governor import Governor
from fourbeat.record.layout import Flag, Layout
from fourbeat.record.measure import fingerprint, hash_batch, norms

DATA, FORWARD, LOSS, BACKWARD, UPDATE, RECORDER = range(6)

SHARES = {"gradients": 0.2, "batch": 0.2, "weights": 0.4, "fingerprint": 0.2}
"""What is thinned, and what each gets of the budget."""

WRITE_SECONDS = 0.1
"""Time between two writes, where steps are shorter: a write of its own for every step was measured
to cost 30 to 60 us on a busy disk."""

WAITING = 16
"""Records that may wait for a device before the host waits for it."""

COPIED = 1 << 30
"""Bytes of weights that are copied at most, for the norm of an update."""


class Sink(Protocol):
    """Where records go; see `StepLog`."""

    def write(self, layout: Layout, records: np.ndarray, rows: bytes) -> None:
        """Keep a copy of records, of shape (n,).

        Args:
            layout: of the records.
            records: where their rows are, and their hashes, may be filled in.
            rows: numbers of their rows, int64, one after another.
        """
        ...


class Recorder:
    """Records each step of a stream.

    Loss, learning rates, rows, times and the gradients' norms that a run takes anyhow are recorded in
    every step; the batch's hash, other norms and the fingerprint as often as the budget allows.
    Nothing waits for a GPU: its numbers are fetched in the background and written some steps later.

    Args:
        subjects: what is trained.
        sink: where records go.
        budget: share of a step's time; None to hold everything at every step.

    Attributes:
        trained: what is trained, as it was when the present layout began.
        readers: of the events, by kind.
    """

    def __init__(self, subjects: Callable[[], Subjects], sink: Sink, budget: float | None = 0.02):
        self.readers: dict[type[Any], Callable[[Any], None]] = {
            events.Batch: self._batch,
            events.Forward: self._forward,
            events.Loss: self._loss,
            events.Backward: self._backward,
            events.Gradients: self._gradients,
            events.Clip: self._clip,
            events.Updating: self._updating,
            events.Updated: self._updated,
            events.Stepped: self.stepped,
        }
        self._subjects = subjects
        self._sink = sink
        self._governor = Governor(budget, SHARES)
        self._block: Block | None = None
        self._fits = False
        self._due = 0.0
        self._waiting: deque[tuple[Block, Draft, Any]] = deque()
        self.trained = Subjects({}, {})
        self._copies: dict[int, list[Tensor]] = {}
        self._unsaid: list[tuple[Any, Any]] = []
        self._draft = Draft()
        self._mark = self._began = perf_counter()
        self._own = 0.0
        self._paid: dict[str, float] = {}

    def __call__(self, event: events.Event) -> None:
        """Take an event in, of any kind."""
        read = self.readers.get(type(event))
        if read is not None:
            read(event)

    def flush(self) -> None:
        """Write all there is, also what still waits for a device.

        Raises:
            OSError: for a full disk.
        """
        while self._waiting:
            self._land_first()
        self._write()

    # A handler that does next to nothing is not timed: the clock would cost more than it does.

    def _batch(self, event: events.Batch) -> None:
        start = perf_counter()
        draft = self._draft
        draft.seconds[DATA] += event.seconds
        if event.rows is not None:
            draft.rows.append(event.rows.tobytes())
        if "batch" in self._governor.due:
            self._hash(event.batch)
        self._mark = now = perf_counter()
        self._own += now - start

    def _hash(self, batch: Any) -> None:
        start, draft = perf_counter(), self._draft
        draft.hash = hash_batch(draft.hash, batch)
        if draft.hash is not None:
            draft.flags |= Flag.BATCH
        self._pay("batch", start)

    def _forward(self, event: events.Forward) -> None:
        self._draft.seconds[FORWARD] += event.seconds
        self._mark = perf_counter()

    def _loss(self, event: events.Loss) -> None:
        now, value = perf_counter(), event.value
        self._draft.seconds[LOSS] += now - self._mark
        loss = (self._number(value), event.weight)
        if event.optimizer is None:
            self._unsaid.append(loss)
        else:
            self._lane(event.optimizer).losses.append(loss)
        self._mark = after = perf_counter()
        self._own += after - now

    def _backward(self, _: events.Backward) -> None:
        now = perf_counter()
        self._draft.seconds[BACKWARD] += now - self._mark
        self._mark = now

    def _gradients(self, event: events.Gradients) -> None:
        start = perf_counter()
        lane = self._lane(event.optimizer)
        if lane.gradients is None:  # with a closure, the first evaluation counts
            self._take(lane, event.parameters, event.norms, event.total)
        self._mark = now = perf_counter()
        self._own += now - start

    def _take(self, lane: Lane, held: Sequence[Tensor], each: Tensor, total: Tensor) -> None:
        """Note the norms of gradients."""
        draft = self._draft
        draft.flags |= Flag.GRADIENTS
        lane.total = known = self._number(total)
        lane.gradients = held, self._numbers(each)
        if not isinstance(known, Tensor) and not isfinite(known):
            counts = [int((~p.grad.isfinite()).sum()) for p in held if p.grad is not None]
            lane.counts = np.array(counts, np.uint32)

    def _clip(self, event: events.Clip) -> None:
        start = perf_counter()
        self._draft.flags |= Flag.CLIPPED
        held = {id(p) for p in event.parameters}
        for optimizer in self._subjects().optimizers.values():
            if any(id(p) in held for p in parameters_of(optimizer)):
                self._look(optimizer)
        self._mark = now = perf_counter()
        self._own += now - start

    def _look(self, optimizer: Optimizer) -> None:
        """Take the norms of gradients that nobody has taken yet."""
        lane = self._lane(optimizer)
        if lane.gradients is not None or "gradients" not in self._governor.due:
            return
        start = perf_counter()
        held = [p for p in parameters_of(optimizer) if p.grad is not None]
        each = norms([p.grad for p in held if p.grad is not None]) if held else None
        self._pay("gradients", start)
        if each is not None:
            self._take(lane, held, each, torch.linalg.vector_norm(each))

    def _updating(self, event: events.Updating) -> None:
        start, optimizer = perf_counter(), event.optimizer
        lane = self._lane(optimizer)
        if self._unsaid:
            lane.losses += self._unsaid
            self._unsaid.clear()
        lane.rates = [float(group["lr"]) for group in optimizer.param_groups]
        self._fits = self._fits and self._block is not None and self._block.fits(optimizer)
        if not event.closure:
            if lane.gradients is None:
                self._look(optimizer)
            if "weights" in self._governor.due:
                self._copy(optimizer)
        self._mark = now = perf_counter()
        self._own += now - start

    def _copy(self, optimizer: Optimizer) -> None:
        """Keep the weights as they stand before the update."""
        start = perf_counter()
        held = [p.detach() for p in parameters_of(optimizer)]
        if sum(p.numel() * p.element_size() for p in held) <= COPIED:
            self._copies[id(optimizer)] = [p.clone() for p in held]
        self._pay("weights", start)

    def _updated(self, event: events.Updated) -> None:
        now, draft, optimizer = perf_counter(), self._draft, event.optimizer
        draft.seconds[UPDATE] += now - self._mark
        if not event.done:
            draft.flags |= Flag.SKIPPED
        if self._unsaid:  # of a closure: the loss before the update is the one that counts
            lane = self._lane(optimizer)
            lane.losses = lane.losses or self._unsaid[:1]
            self._unsaid.clear()
        if self._copies:
            self._moved(optimizer)
            self._own += perf_counter() - now
        self._mark = now

    def _moved(self, optimizer: Optimizer) -> None:
        """Take the norms of weights and of what an update changed."""
        before = self._copies.pop(id(optimizer), None)
        if before is None:
            return
        start, lane = perf_counter(), self._lane(optimizer)
        held = parameters_of(optimizer)
        now = [p.detach() for p in held]
        moved = torch._foreach_sub(now, before)  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
        lane.weights = held, self._numbers(norms(before))
        lane.updates = held, self._numbers(norms(moved))
        self._draft.flags |= Flag.WEIGHTS
        self._pay("weights", start)

    def stepped(self, event: events.Stepped) -> None:
        """Take the end of a step in.

        Raises:
            OSError: for a full disk.
        """
        start, draft = perf_counter(), self._draft
        block = self._block if self._fits else self._fitting()
        if block is None:  # broken off before anything was known
            self._next(start, start)
            return
        draft.step, draft.epoch, draft.examples = event.number, event.epoch, event.examples
        if not event.counted:
            draft.flags |= Flag.UNCOUNTED
        if self._unsaid:
            first = next(iter(self.trained.optimizers.values()))
            self._lane(first).losses += self._unsaid
        if "fingerprint" in self._governor.due:
            before = perf_counter()
            subjects = self._subjects()
            draft.fingerprint = fingerprint(
                [*subjects.parameters.values(), *subjects.buffers.values()]
            )
            draft.flags |= Flag.FINGERPRINT
            self._pay("fingerprint", before)
        now = perf_counter()
        draft.seconds[RECORDER] = self._own + now - start
        if draft.afar or self._waiting:
            self._waiting.append((block, draft, draft.land() if draft.afar else None))
            self._draft = Draft()
            while self._waiting and (len(self._waiting) > WAITING or here(self._waiting[0][2])):
                self._land_first()
        else:
            block.put(draft)
        if block.full or now >= self._due:
            self._write()
            self._due = now + WRITE_SECONDS
        self._next(start, now)

    def _fitting(self) -> Block | None:
        """A block for what is trained now; None where that is not known yet."""
        subjects = self._subjects()
        if not subjects.optimizers:
            return None
        if self._block is not None:
            self.flush()
        self.trained = subjects
        self._block = Block(subjects)
        self._fits = True
        return self._block

    def _land_first(self) -> None:
        block, draft, copied = self._waiting.popleft()
        if copied is not None:
            copied.synchronize()
        block.put(draft)
        if block.full:
            self._write()

    def _write(self) -> None:
        block = self._block
        if block is not None and block.count:
            self._sink.write(block.layout, block.records, b"".join(block.rows))
            block.clear()

    def _next(self, start: float, noted: float) -> None:
        """Turn over the page.

        Args:
            start: when the end of the step was told.
            noted: when its record was closed: what came since belongs to the next one.
        """
        thinned = 0.0
        if self._paid:
            for name, seconds in self._paid.items():
                self._governor.paid(name, seconds)
                thinned += seconds
            self._paid.clear()
        if self._unsaid or self._copies:
            self._unsaid.clear()
            self._copies.clear()
        self._draft.clear()
        now = perf_counter()
        self._governor.step(now - self._began, self._own + now - start - thinned)
        self._own = now - noted
        self._began = self._mark = now

    def _lane(self, optimizer: Optimizer) -> Lane:
        """What an optimizer did in this step."""
        lanes = self._draft.lanes
        lane = lanes.get(id(optimizer))
        if lane is None:
            lane = lanes[id(optimizer)] = Lane()
            self._fits = self._fits and self._block is not None and self._block.fits(optimizer)
        return lane

    def _number(self, value: Tensor) -> Any:
        """A scalar as a float; as it is where it would have to be waited for."""
        if value.is_cuda:
            self._draft.afar = True
            return value.detach()
        return value.item()

    def _numbers(self, values: Tensor) -> Any:
        """Norms as floats that float32 can hold; as they are where they would be waited for."""
        if values.is_cuda:
            self._draft.afar = True
            return values.detach().float()
        return (values if values.dtype is torch.float32 else values.float()).tolist()

    def _pay(self, name: str, start: float) -> None:
        """Charge a thing that is thinned."""
        self._paid[name] = self._paid.get(name, 0.0) + perf_counter() - start


def parameters_of(optimizer: Optimizer) -> list[Tensor]:
    """What it updates."""
    return [p for group in optimizer.param_groups for p in group["params"]]


def here(copied: Any) -> bool:
    """Whether a device has got so far."""
    return copied is None or copied.query()
