"""Records of one layout, packed side by side as steps end, and written together."""

import math
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

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
        blank = np.zeros((), dtype)
        for name in ("grad", "weight", "update"):
            blank[name] = math.nan
        self._blank = blank.tobytes()
        self._raw[:] = self._blank * self._most

        self._columns = {id(p): number for number, p in enumerate(subjects.parameters.values())}
        optimizers = subjects.optimizers.values()
        self._sizes = {id(optimizer): sizes_of(optimizer) for optimizer in optimizers}
        self._groups = [(key, len(sizes)) for key, sizes in self._sizes.items()]
        held = [id(p) for o in optimizers for group in o.param_groups for p in group["params"]]
        self._whole = len(self._sizes) == 1 and held == list(self._columns)
        self._width, lanes = len(self._columns), len(self._sizes)
        self._unknown = [math.nan] * self._width
        # As in `Layout.dtype`, up to the norms of gradients.
        self._head = struct.Struct(
            f"<Iiq{lanes}d{self.layout.groups}dIIQQ{lanes}d{len(SECONDS)}f{self._width}f"
        )

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
        grads: Any = ()
        for key, groups in self._groups:
            lane = draft.lanes.get(key, IDLE)
            found = lane.losses
            losses.append(found[0][0] if len(found) == 1 else mean(found))
            totals.append(lane.total)
            rates += lane.rates or [math.nan] * groups
            if lane.gradients is not None:
                grads = lane.gradients[1]
        everything = self._whole and len(grads) == self._width
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
            *(grads if everything else self._unknown),
        )
        self.rows += draft.rows
        self.count += 1
        plain = everything and math.isfinite(totals[0])
        if draft.flags & RARE or (draft.flags & Flag.GRADIENTS and not plain):
            self._rest(draft, everything)

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

    def clear(self) -> None:
        """Begin again."""
        end = self.count * self._size
        self._raw[:end] = self._blank * self.count
        self.count = 0
        self.rows.clear()


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
