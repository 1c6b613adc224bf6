"""The flight recorder: reads the stream, and writes a record of each step."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from time import perf_counter
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from fourbeat.observe import events
from fourbeat.observe.stream import Briefly, Readers, Subjects
from fourbeat.record.block import Block, Brief, floats, sizes_of
from fourbeat.record.cost import Cost
from fourbeat.record.draft import Draft, Lane
from fourbeat.record.governor import Governor
from fourbeat.record.layout import Flag, Layout
from fourbeat.record.measure import fingerprint, hash_batch, norms

DATA, FORWARD, LOSS, BACKWARD, UPDATE, RECORDER = range(6)

SHARES = {"gradients": 0.2, "batch": 0.2, "weights": 0.4, "fingerprint": 0.2}
"""What is thinned, and what each gets of the budget."""

PAGE = 256
"""Steps of which records are made at once, where that many pass between two writes."""

PACKING = 3e-6
"""Seconds that packing and writing a record is taken to cost at first."""

PACKED = 256
"""Records over which that cost is averaged."""

WRITE_SECONDS = 0.1
"""Time between two writes, where steps are shorter: a write of its own for every step was measured
to cost 30 to 60 us on a busy disk."""

WAITING = 16
"""Records that may wait for a device before the host waits for it."""

COPIED = 1 << 30
"""Bytes of weights that are copied at most, for the norm of an update."""


UNHEARD = [nan] * RECORDER
"""The times of a lean step."""


@dataclass(slots=True)
class Note:
    """A step of which more was seen than its end.

    Attributes:
        event: its end.
        draft: all else.
        copied: tells when its numbers have come from a device; None if there are none there.
    """

    event: events.Stepped
    draft: Draft
    copied: Any


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

    A step is listened to as a whole, or leanly: its end alone, which tells its number, epoch, losses,
    learning rates, rows and examples, and whether anything was skipped or clipped. So these are in
    every record. The times of the beats and the gradients' norms that a run takes anyhow are in those
    of whole steps, which are as many as the budget allows: all of them, where they take some
    milliseconds. The batch's hash, other norms and the fingerprint are thinned further.

    During a step it only notes; records are made of the notes of many steps at once. Between two
    events a step of training fills the processor's caches with its own, and the same code was
    measured to take five times as long there.

    Nothing waits for a GPU: its numbers are fetched in the background and written some steps later.

    The `recorder` of a record's seconds holds what noting costs by comparison of steps (see `Cost`),
    what was thinned and done in this step by the clock, and its share of the last notes' packing and
    writing. Not in it: snapshots.

    Args:
        subjects: what is trained.
        sink: where records go.
        budget: share of a step's time; None to hold everything at every step.

    Attributes:
        trained: what is trained, as it was when the present layout began.
        readers: of the events of this step, by kind.
        hear: told the readers of the next step, where they change, and what takes its end briefly.
    """

    def __init__(self, subjects: Callable[[], Subjects], sink: Sink, budget: float | None = 0.02):
        self.readers: Readers = {
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
        self._whole = self.readers
        self._briefly = self.briefly  # one object: what is heard is compared by identity
        self._lean: Readers = {events.Stepped: self._whole[events.Stepped]}
        self.hear: Callable[[Readers, Briefly | None], None] = lambda _, __: None
        self._subjects = subjects
        self._sink = sink
        self._governor = Governor(budget, SHARES)
        self._cost = Cost()
        self._block: Block | None = None
        self._due = 0.0
        self._noted: deque[Brief | Note] = deque()
        self._free: list[Draft] = []
        self.trained = Subjects({}, {})
        self._copies: dict[int, list[Tensor]] = {}
        self._draft = Draft()
        self._left = 0
        self._before = 0.0
        self._packing = PACKING
        self._paid: dict[str, float] = {}
        self._mark = self._began = self._since = perf_counter()

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
        self._pack(wait=True)
        self._write()

    def _batch(self, event: events.Batch) -> None:
        self._draft.seconds[DATA] += event.seconds
        if "batch" in self._governor.due:
            self._hash(event.batch)
        self._mark = perf_counter()

    def _hash(self, batch: Any) -> None:
        start, draft = perf_counter(), self._draft
        draft.hash = hash_batch(draft.hash, batch)
        if draft.hash is not None:
            draft.flags |= Flag.BATCH
        self._pay("batch", start)

    def _forward(self, event: events.Forward) -> None:
        self._draft.seconds[FORWARD] += event.seconds
        self._mark = perf_counter()

    def _loss(self, _: events.Loss) -> None:
        now = perf_counter()
        self._draft.seconds[LOSS] += now - self._mark
        self._mark = now

    def _backward(self, _: events.Backward) -> None:
        now = perf_counter()
        self._draft.seconds[BACKWARD] += now - self._mark
        self._mark = now

    def _gradients(self, event: events.Gradients) -> None:
        lane = self._draft.lane(event.optimizer)
        if lane.gradients is None:  # with a closure, the first evaluation counts
            self._take(lane, event.parameters, event.norms, event.total)
        self._mark = perf_counter()

    def _take(self, lane: Lane, held: Sequence[Tensor], each: Tensor, total: Tensor) -> None:
        """Note the norms of gradients."""
        draft = self._draft
        draft.flags |= Flag.GRADIENTS
        lane.total = known = self._number(total)
        lane.gradients = held, each.detach().float() if draft.afar else each
        if not isinstance(known, Tensor) and not isfinite(known):
            counts = [int((~p.grad.isfinite()).sum()) for p in held if p.grad is not None]
            lane.counts = np.array(counts, np.uint32)

    def _clip(self, event: events.Clip) -> None:
        if "gradients" in self._governor.due:
            held = {id(p) for p in event.parameters}
            for optimizer in self._subjects().optimizers.values():
                if any(id(p) in held for p in parameters_of(optimizer)):
                    self._look(optimizer)
        self._mark = perf_counter()

    def _look(self, optimizer: Optimizer) -> None:
        """Take the norms of gradients that nobody has taken yet."""
        lane = self._draft.lane(optimizer)
        if lane.gradients is not None:
            return
        start = perf_counter()
        held = [p for p in parameters_of(optimizer) if p.grad is not None]
        each = norms([p.grad for p in held if p.grad is not None]) if held else None
        self._pay("gradients", start)
        if each is not None:
            self._take(lane, held, each, torch.linalg.vector_norm(each))

    def _updating(self, event: events.Updating) -> None:
        if self._governor.due and not event.closure:
            if "gradients" in self._governor.due:
                self._look(event.optimizer)
            if "weights" in self._governor.due:
                self._copy(event.optimizer)
        self._mark = perf_counter()

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
        draft.lane(optimizer).sizes = sizes_of(optimizer)
        if self._copies:
            self._moved(optimizer)
        self._mark = now

    def _moved(self, optimizer: Optimizer) -> None:
        """Take the norms of weights and of what an update changed."""
        before = self._copies.pop(id(optimizer), None)
        if before is None:
            return
        start, lane = perf_counter(), self._draft.lane(optimizer)
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
        now = perf_counter()
        whole = self.readers is self._whole
        brief = None if whole or self._block is None else self._block.brief(event)
        if brief is None:
            self._note(event, whole)
        else:
            self._noted.append(brief)
        if whole:
            if len(self._noted) >= PAGE or now >= self._due:
                self._turn(now)
            self._listened(now)
        else:
            self._leant(now)

    def briefly(self, brief: Brief) -> None:
        """Take the end of a lean step in, of a single optimizer, as numbers.

        Raises:
            OSError: for a full disk.
        """
        if self._block is None or len(brief) != self._block.numbers:
            self._pack(wait=True)
            self._renew()
        self._noted.append(brief)
        self._leant(perf_counter())

    def _leant(self, now: float) -> None:
        """After a lean step: is it time to pack and write, or for a whole one?"""
        self._left -= 1
        if self._left == 0:
            self._before = now - self._began
            self._listen(self._whole)
        self._began = now
        if len(self._noted) >= PAGE or now >= self._due:
            self._turn(now)

    def _note(self, event: events.Stepped, whole: bool) -> None:
        """Keep what was seen of a step until it can be packed."""
        draft = self._draft
        for optimizer, loss, share in event.losses:
            draft.lane(optimizer).losses.append((self._number(loss), share))
        for optimizer, rates in event.rates:
            draft.lane(optimizer).rates = rates
        draft.seconds[RECORDER] = self._cost.lean + self._packing
        if event.gradients is not None:
            found = event.gradients
            self._take(draft.lane(found.optimizer), found.parameters, found.norms, found.total)
        if whole:
            if event.gradients is None:
                draft.flags |= Flag.TIMES
            else:
                draft.seconds[:RECORDER] = UNHEARD
            if "fingerprint" in self._governor.due:
                self._fingerprint(draft)
            draft.seconds[RECORDER] += self._cost.more + sum(self._paid.values())
        else:
            draft.seconds[:RECORDER] = UNHEARD
            if not event.counted:  # what broke it off may be seen in gradients that are there yet
                for optimizer in self._subjects().optimizers.values():
                    self._look(optimizer)
                self._paid.clear()
        if self._block is None or not self._block.fits(event, draft):
            self._pack(wait=True)
            self._renew()
        if self._block is not None:  # else broken off before anything was known
            self._noted.append(Note(event, draft, draft.land() if draft.afar else None))
        self._draft = self._free.pop() if self._free else Draft()

    def _fingerprint(self, draft: Draft) -> None:
        start, subjects = perf_counter(), self._subjects()
        draft.fingerprint = fingerprint([*subjects.parameters.values(), *subjects.buffers.values()])
        draft.flags |= Flag.FINGERPRINT
        self._pay("fingerprint", start)

    def _turn(self, now: float) -> None:
        """Make records of what was noted, and write them from time to time."""
        start, count = perf_counter(), len(self._noted)
        if not count:  # broken off before anything was known
            return
        self._pack(wait=False)
        if now >= self._due:
            self._write()
            self._due = now + WRITE_SECONDS
        weight = min(1.0, count / PACKED)
        self._packing += weight * ((perf_counter() - start) / count - self._packing)

    def _pack(self, *, wait: bool) -> None:
        """Make records of what was noted and is here; of everything, where it may wait."""
        seconds = self._cost.lean + self._packing
        block, noted = self._block, self._noted
        while block is not None and noted:
            note = noted[0]
            if isinstance(note, Note):
                if note.copied is not None:
                    if not wait and len(noted) <= WAITING and not note.copied.query():
                        return
                    note.copied.synchronize()
                noted.popleft()
                block.put(note.event, note.draft)
                note.draft.clear()
                self._free.append(note.draft)
            else:
                block.lean(noted, seconds)
            if block.full:
                self._write()

    def _renew(self) -> None:
        """Begin a block for what is trained now, if that is known yet."""
        subjects = self._subjects()
        self._write()
        self._block = Block(subjects) if subjects.optimizers else None
        self.trained = subjects

    def _write(self) -> None:
        block = self._block
        if block is not None and block.count:
            self._sink.write(block.layout, block.records, block.drawn())
            block.clear()

    def _listened(self, now: float) -> None:
        """After a whole step: how many lean ones come next?"""
        governor, cost = self._governor, self._cost
        self._copies.clear()  # of a step that was broken off
        alike = self._before and not self._paid
        for name, seconds in self._paid.items():
            governor.paid(name, seconds)
        self._paid.clear()
        governor.step(now - self._since, cost.lean + self._packing, cost.more)
        self._since = self._mark = now
        self._left = governor.every - 1
        if self._left:
            self._listen(self._lean)
        end = perf_counter()
        if alike:
            cost.compare(end - self._began, self._before)
        self._before, self._began = 0.0, end

    def _listen(self, readers: Readers) -> None:
        """Read these kinds from the next event on."""
        self.readers = readers
        self.hear(readers, self._briefly if readers is self._lean else None)

    def _number(self, value: Tensor | float) -> Any:
        """A scalar as a float; as it is where it would have to be waited for."""
        if not isinstance(value, Tensor):
            return value
        if value.is_cuda:
            self._draft.afar = True
            return value.detach()
        return value.item()

    def _numbers(self, values: Tensor) -> Any:
        """Norms as floats that float32 can hold; as they are where they would be waited for."""
        if values.is_cuda:
            self._draft.afar = True
            return values.detach().float()
        return floats(values)

    def _pay(self, name: str, start: float) -> None:
        """Charge a thing that is thinned."""
        self._paid[name] = self._paid.get(name, 0.0) + perf_counter() - start


def parameters_of(optimizer: Optimizer) -> list[Tensor]:
    """What it updates."""
    return [p for group in optimizer.param_groups for p in group["params"]]
