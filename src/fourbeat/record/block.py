"""Records of one layout, packed side by side as steps end, and written together."""

import math
import struct
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fourbeat.observe.events import Stepped
from fourbeat.observe.stream import Subjects
from fourbeat.record.draft import Draft, Lane
from fourbeat.record.layout import SECONDS, Flag, Layout

MOST = 256
"""Records in a block."""

MOST_BYTES = 1 << 20

UNKNOWN = 0xFFFFFFFF
"""A count of values that are not finite where nobody could count: the gradients are gone."""

RARE = Flag.WEIGHTS | Flag.FINGERPRINT

IDLE = Lane()

RECORDER = SECONDS.index("recorder")

NO_ROWS = np.zeros(0, np.int64)

Brief = tuple[Any, ...]
"""Flags, epoch, number, losses, learning rates, examples, and rows as an array: of a lean step. A
tuple of these is no work for Python's collector, whereas the event is half a dozen objects."""


class Block:
    """Records that are not written yet.

    Args:
        subjects: what is trained.

    Attributes:
        layout: of the records.
        count: of the records.
        numbers: in the brief end of a step.
        rows: numbers of their rows, int64, batch by batch.
    """

    def __init__(self, subjects: Subjects):
        self.layout = Layout.of(subjects)
        self.rows: list[np.ndarray] = []
        dtype = self.layout.dtype
        self._size = dtype.itemsize
        self._most = max(1, min(MOST, MOST_BYTES // self._size))
        self.count = 0
        self._raw = bytearray(self._most * self._size)
        self._records = np.frombuffer(self._raw, dtype)
        blank = np.zeros((), dtype)
        for name in ("grad_norm", "seconds", "grad", "weight", "update"):
            blank[name] = math.nan
        self._blank = blank.tobytes()
        self._raw[:] = self._blank * self._most

        self._columns = {id(p): number for number, p in enumerate(subjects.parameters.values())}
        optimizers = subjects.optimizers.values()
        self._sizes = {id(optimizer): sizes_of(optimizer) for optimizer in optimizers}
        self._groups = [(key, len(sizes)) for key, sizes in self._sizes.items()]
        held = [id(p) for o in optimizers for group in o.param_groups for p in group["params"]]
        self._alone, self._first = len(self._sizes) == 1, next(iter(optimizers))
        self._plain = self._alone and held == list(self._columns)
        self._width, lanes = len(self._columns), len(self._sizes)
        self._unknown = [math.nan] * self._width
        self._rates = self.layout.groups
        self._none = [math.nan] * self._rates
        self.numbers = 5 + lanes + self._rates
        # As in `Layout.dtype`: what every record holds, then all up to the norms of gradients.
        lean = f"<Iiq{lanes}d{self.layout.groups}dII"
        self._lean = struct.Struct(lean)
        self._whole = struct.Struct(f"{lean}QQ{lanes}d{len(SECONDS)}f{self._width}f")

    def fits(self, event: Stepped, draft: Draft | None = None) -> bool:
        """Whether the optimizers of a step are known, and hold what they held."""
        for optimizer, _, _ in event.losses:
            if id(optimizer) not in self._sizes:
                return False
        for optimizer, rates in event.rates:
            sizes = self._sizes.get(id(optimizer))
            if sizes is None or len(sizes) != len(rates):
                return False
        if draft is None:
            return True
        for key, lane in draft.lanes.items():
            if lane.sizes is not None and lane.sizes != self._sizes.get(key):
                return False
            for pair in (lane.gradients, lane.weights):
                if pair is not None and not all(id(p) in self._columns for p in pair[0]):
                    return False  # of a step that was broken off, the sizes are not known
        return True

    @property
    def full(self) -> bool:
        """Whether no other record has room."""
        return self.count == self._most

    def brief(self, event: Stepped) -> Brief | None:
        """What the end of a step tells, made of numbers alone; None if it is more than that.

        It is if no update was counted, if it brings norms, if a loss is on a device yet, or where the
        step does not fit.
        """
        losses, rates = event.losses, event.rates
        if not event.counted or event.gradients is not None:
            return None
        if self._alone and len(losses) == 1 == len(rates):
            optimizer, loss, _ = losses[0]
            moved = rates[0][1]
            if (
                optimizer is not self._first
                or len(moved) != self._rates
                or isinstance(loss, Tensor)
            ):
                return None
            numbers = (loss, *moved)
        else:
            if not self.fits(event) or any(isinstance(one[1], Tensor) for one in losses):
                return None
            own = [[one[1:] for one in losses if id(one[0]) == key] for key, _ in self._groups]
            by_id = {id(optimizer): rate for optimizer, rate in rates}
            moved = [r for key, n in self._groups for r in by_id.get(key) or self._none[:n]]
            numbers = (*map(mean, own), *moved)
        rows = event.rows
        drawn = rows[0] if len(rows) == 1 else np.concatenate(rows) if rows else NO_ROWS
        flags = flags_of(event) if event.skipped or event.clipped else 0
        return flags, event.epoch, event.number, *numbers, event.examples, drawn

    def lean(self, notes: deque[Any], seconds: float) -> None:
        """Pack steps of which no more is known than their ends tell.

        Args:
            notes: whose first ones are such ends; those that are packed are taken away.
            seconds: that the recorder took of each.
        """
        first = self.count
        at, size, end, raw = first * self._size, self._size, self._most * self._size, self._raw
        pack, drawn, take = self._lean.pack_into, self.rows.append, notes.popleft
        while at < end and notes and type(notes[0]) is tuple:
            *numbers, rows = take()
            drawn(rows)
            pack(raw, at, *numbers, len(rows))
            at += size
        self.count = at // size
        self._records["seconds"][first : self.count, RECORDER] = seconds

    def put(self, event: Stepped, draft: Draft) -> None:
        """Pack a step, whose numbers are all here."""
        at = self.count * self._size
        losses: list[float] = []
        totals: list[float] = []
        rates: list[float] = []
        grads: Any = ()
        for key, groups in self._groups:
            lane = draft.lanes.get(key, IDLE)
            losses.append(mean(lane.losses))
            totals.append(lane.total)
            rates += lane.rates or self._none[:groups]
            if lane.gradients is not None:
                grads = floats(lane.gradients[1])
                lane.gradients = lane.gradients[0], grads
        everything = self._plain and len(grads) == self._width
        self._whole.pack_into(
            self._raw,
            at,
            draft.flags | flags_of(event),
            event.epoch,
            event.number,
            *losses,
            *rates,
            event.examples,
            self._add_rows(event),
            0,
            0 if draft.hash is None else draft.hash.intdigest(),
            *totals,
            *draft.seconds,
            *(grads if everything else self._unknown),
        )
        self.count += 1
        plain = everything and math.isfinite(totals[0])
        if draft.flags & RARE or (draft.flags & Flag.GRADIENTS and not plain):
            self._rest(draft, everything)

    def _add_rows(self, event: Stepped) -> int:
        """Keep the numbers of a step's rows; gives how many."""
        self.rows += event.rows
        return sum(map(len, event.rows))

    def _rest(self, draft: Draft, everything: bool) -> None:
        """What few records hold, put into the last one."""
        record = self._records[self.count - 1]
        for key, _ in self._groups:
            lane = draft.lanes.get(key, IDLE)
            named = {"weight": lane.weights, "update": lane.updates}
            if not everything:
                named["grad"] = lane.gradients
            for name, pair in named.items():
                if pair is not None:
                    record[name][self._places(pair[0])] = pair[1]
            if lane.gradients is not None and not math.isfinite(lane.total):
                counts = UNKNOWN if lane.counts is None else lane.counts
                record["nonfinite"][self._places(lane.gradients[0])] = counts
        if draft.fingerprint is not None:
            record["fingerprint"] = np.void(draft.fingerprint)

    def _places(self, parameters: Sequence[Tensor]) -> list[int]:
        return [self._columns[id(p)] for p in parameters]

    @property
    def records(self) -> np.ndarray:
        """The records: a view, until `clear`."""
        return self._records[: self.count]

    def drawn(self) -> bytes:
        """The numbers of their rows, int64, one after another."""
        return np.concatenate(self.rows).tobytes() if self.rows else b""

    def clear(self) -> None:
        """Begin again."""
        end = self.count * self._size
        self._raw[:end] = self._blank * self.count
        self.count = 0
        self.rows.clear()


def flags_of(event: Stepped) -> int:
    """What the end of a step tells of it, as flags."""
    flags = 0 if event.counted else Flag.UNCOUNTED
    if event.skipped:
        flags |= Flag.SKIPPED
    return flags | Flag.CLIPPED if event.clipped else flags


def sizes_of(optimizer: Any) -> list[int]:
    """How many parameters are in each group."""
    return [len(group["params"]) for group in optimizer.param_groups]


def floats(norms: Any) -> Any:
    """Norms as numbers that float32 can hold."""
    if isinstance(norms, Tensor):
        return (norms if norms.dtype is torch.float32 else norms.float()).tolist()
    return norms


def mean(losses: Sequence[tuple[Any, Any]]) -> float:
    """The mean over batches by what each divides by, or the sum where that is not known."""
    if len(losses) == 1:
        return float(losses[0][0])
    if not losses:
        return math.nan
    if losses[0][1] is None:
        return math.fsum(float(loss) for loss, _ in losses)
    total = math.fsum(float(share) for _, share in losses)
    return math.fsum(float(loss) * float(share) for loss, share in losses) / total
