"""Records of one layout, packed side by side as steps end, and written together."""

import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from fourbeat.observe.stream import Subjects
from fourbeat.record.draft import Draft, Lane
from fourbeat.record.layout import SECONDS, Layout

MOST = 256
"""Records in a block."""

MOST_BYTES = 1 << 20

UNKNOWN = 0xFFFFFFFF
"""A count of values that are not finite where nobody could count: the gradients are gone."""

IDLE = Lane()


class Block:
    """Records that are not written yet.

    Between steps it holds bytes alone: many small objects that live for some steps drive Python's
    collector through all of torch's.

    Args:
        subjects: what is trained.

    Attributes:
        layout: of the records.
        count: of the records.
        rows: numbers of their rows, int64.
    """

    def __init__(self, subjects: Subjects):
        self.layout = Layout.of(subjects)
        self.rows: list[bytes] = []
        dtype = self.layout.dtype
        self._size = dtype.itemsize
        self._most = max(1, min(MOST, MOST_BYTES // self._size))
        self.count = 0
        self._raw = bytearray(self._most * self._size)
        self._records = np.frombuffer(self._raw, dtype)
        self._blank = np.zeros((), dtype)
        for name in ("grad", "weight", "update"):
            self._blank[name] = math.nan
        self._records[:] = self._blank
        self._places = {name: place for name, (_, place, *_) in (dtype.fields or {}).items()}

        self._columns = {id(p): number for number, p in enumerate(subjects.parameters.values())}
        self._sizes = {id(o): sizes_of(o) for o in subjects.optimizers.values()}
        held = [
            id(p) for o in subjects.optimizers.values() for g in o.param_groups for p in g["params"]
        ]
        self._whole = len(self._sizes) == 1 and held == list(self._columns)
        lanes, groups = len(self._sizes), self.layout.groups
        self._head = struct.Struct(f"<Iiq{lanes}d{groups}dIIQQ{lanes}d{len(SECONDS)}f")
        self._layers = struct.Struct(f"<{len(self._columns)}f")

    def fits(self, optimizer: Any) -> bool:
        """Whether an optimizer is known, and holds what it held."""
        return self._sizes.get(id(optimizer)) == sizes_of(optimizer)

    @property
    def full(self) -> bool:
        """Whether no other record has room."""
        return self.count == self._most

    def put(self, draft: Draft) -> None:
        """Pack a step, whose numbers are all here."""
        at = self.count * self._size
        losses: list[float] = []
        totals: list[float] = []
        rates: list[float] = []
        for key, sizes in self._sizes.items():
            lane = draft.lanes.get(key, IDLE)
            losses.append(mean(lane.losses))
            totals.append(math.nan if lane.total is None else float(lane.total))
            rates += lane.rates or [math.nan] * len(sizes)
            if lane.gradients is not None:
                self._norms("grad", *lane.gradients)
                if not math.isfinite(totals[-1]):
                    columns = [self._columns[id(p)] for p in lane.gradients[0]]
                    counts = UNKNOWN if lane.counts is None else lane.counts
                    self._records["nonfinite"][self.count, columns] = counts
            if lane.weights is not None and lane.updates is not None:
                self._norms("weight", *lane.weights)
                self._norms("update", *lane.updates)
        self._head.pack_into(
            self._raw,
            at,
            draft.flags,
            draft.epoch,
            draft.step,
            *losses,
            *rates,
            draft.examples,
            sum(map(len, draft.rows)) // 8,
            0,
            0 if draft.hash is None else draft.hash.intdigest(),
            *totals,
            *draft.seconds,
        )
        if draft.fingerprint is not None:
            place = at + self._places["fingerprint"]
            self._raw[place : place + 16] = draft.fingerprint
        self.rows += draft.rows
        self.count += 1

    def _norms(self, name: str, parameters: Sequence[Tensor], values: Any) -> None:
        """One number for each column."""
        if self._whole and len(parameters) == len(self._columns):
            place = self.count * self._size + self._places[name]
            self._layers.pack_into(self._raw, place, *values)
        else:
            columns = [self._columns[id(p)] for p in parameters]
            self._records[name][self.count, columns] = values

    def take(self) -> tuple[np.ndarray, bytes]:
        """The records, and the numbers of their rows; the block is empty then."""
        records, rows = self._records[: self.count].copy(), b"".join(self.rows)
        self._records[: self.count] = self._blank
        self.count = 0
        self.rows.clear()
        return records, rows


def sizes_of(optimizer: Any) -> list[int]:
    """How many parameters are in each group."""
    return [len(group["params"]) for group in optimizer.param_groups]


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
