"""One record in the making: what a step was seen to do, and its bytes."""

import math
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
import xxhash
from torch import Tensor

from fourbeat.observe.stream import Subjects
from fourbeat.record.layout import SECONDS, Flag, Layout
from fourbeat.record.log import CHECK

UNKNOWN = 0xFFFFFFFF
"""A count of values that are not finite where nobody could count: the gradients are gone."""


class Lane:
    """What one optimizer did in a step.

    Attributes:
        losses: with what each mean divides by; None for losses that are added up.
        total: norm of all gradients.
        gradients, weights, updates: parameters, and the norm of each.
        counts: values that are not finite in each of those gradients; None where all are finite,
            or nobody counted.
        rates: learning rates, group by group.
    """

    __slots__ = ("counts", "gradients", "losses", "rates", "total", "updates", "weights")

    def __init__(self) -> None:
        self.losses: list[tuple[Tensor, Any]] = []
        self.total: Tensor | None = None
        self.gradients: tuple[Sequence[Tensor], Tensor] | None = None
        self.weights: tuple[Sequence[Tensor], Tensor] | None = None
        self.updates: tuple[Sequence[Tensor], Tensor] | None = None
        self.counts: np.ndarray | None = None
        self.rates: list[float] = []


class Draft:
    """What one step did.

    Attributes:
        lanes: by the id of the optimizer.
        hash: of its batches, in their order.
        rows: of each batch.
    """

    __slots__ = (
        "epoch",
        "examples",
        "fingerprint",
        "flags",
        "hash",
        "lanes",
        "rows",
        "seconds",
        "step",
    )

    def __init__(self) -> None:
        self.lanes: dict[int, Lane] = {}
        self.flags = 0
        self.rows: list[np.ndarray] = []
        self.hash: Any = xxhash.xxh3_64()
        self.seconds = [0.0] * len(SECONDS)
        self.fingerprint = bytes(16)
        self.step = self.epoch = self.examples = 0

    def tensors(self, order: Sequence[int]) -> list[Tensor]:
        """Everything that must come from a device, optimizer by optimizer."""
        found: list[Tensor] = []
        for key in order:
            lane = self.lanes.get(key)
            if lane is None:
                continue
            for loss, _ in lane.losses:
                found.append(loss)
            if lane.total is not None:
                found.append(lane.total)
            for pair in (lane.gradients, lane.weights, lane.updates):
                if pair is not None:
                    found.append(pair[1])
        return found


class Writer:
    """Turns drafts into the bytes of one layout.

    Args:
        subjects: what is trained.
    """

    def __init__(self, subjects: Subjects):
        self.layout = Layout.of(subjects)
        self.order = [id(optimizer) for optimizer in subjects.optimizers.values()]
        self._optimizers = list(subjects.optimizers.values())
        self._sizes = [
            [(group["params"], len(group["params"])) for group in optimizer.param_groups]
            for optimizer in self._optimizers
        ]
        self._columns = {id(p): number for number, p in enumerate(subjects.parameters.values())}
        self._all = [self._run(id_) for id_ in range(len(self.order))]
        self._make()

    def _run(self, number: int) -> tuple[int, Any]:
        """How many parameters an optimizer holds, and their columns: a slice where they adjoin."""
        places = [self._columns[id(p)] for params, _ in self._sizes[number] for p in params]
        adjoin = places == list(range(places[0], places[0] + len(places))) if places else False
        return len(places), slice(places[0], places[0] + len(places)) if adjoin else places

    def _make(self) -> None:
        dtype = self.layout.dtype
        blank = np.zeros((), dtype)
        for name in ("loss", "grad_norm", "lr", "grad", "weight", "update"):
            blank[name] = np.nan
        self._blank = blank.tobytes()
        self._raw = bytearray(self._blank)
        record = np.frombuffer(self._raw, dtype)
        self._layers = {n: record[n][0] for n in ("grad", "weight", "update", "nonfinite")}
        lanes, groups = len(self.order), self.layout.groups
        self._head = struct.Struct(f"<qiIiIQQ{2 * lanes + groups}d{len(SECONDS)}f")
        self._print = slice(dtype.itemsize - CHECK - 16, dtype.itemsize - CHECK)
        self._body = memoryview(self._raw)[:-CHECK]

    def fits(self, lanes: Any) -> bool:
        """Whether these optimizers, by id, are known and hold what they held."""
        for key in lanes:
            if key not in self.order:
                return False
        for optimizer, sizes in zip(self._optimizers, self._sizes, strict=True):
            if len(optimizer.param_groups) != len(sizes):
                return False
            for params, count in sizes:
                if len(params) != count:
                    return False
        return True

    def bytes(self, draft: Draft, numbers: Sequence[np.ndarray], place: int) -> bytes:
        """The sealed record.

        Args:
            draft: of the step.
            numbers: `draft.tensors(self.order)`, on the CPU.
            place: of its row numbers in their file.
        """
        self._raw[:] = self._blank
        values = iter(numbers)
        losses: list[float] = []
        totals: list[float] = []
        rates: list[float] = []
        for number, key in enumerate(self.order):
            lane = draft.lanes.get(key)
            if lane is None:
                losses.append(math.nan)
                totals.append(math.nan)
                rates += [math.nan] * len(self._sizes[number])
                continue
            losses.append(mean([(next(values), share) for _, share in lane.losses]))
            totals.append(float(next(values)) if lane.total is not None else math.nan)
            rates += lane.rates or [math.nan] * len(self._sizes[number])
            self._fill(number, lane, values, totals[-1])
        self._head.pack_into(
            self._raw,
            0,
            draft.step,
            draft.epoch,
            draft.flags,
            draft.examples,
            sum(map(len, draft.rows)),
            place,
            draft.hash.intdigest() if draft.flags & Flag.BATCH else 0,
            *losses,
            *totals,
            *rates,
            *draft.seconds,
        )
        self._raw[self._print] = draft.fingerprint
        self._raw[-CHECK:] = xxhash.xxh3_64_intdigest(self._body).to_bytes(CHECK, "little")
        return bytes(self._raw)

    def _fill(self, number: int, lane: Lane, values: Iterator[np.ndarray], total: float) -> None:
        """The norms of one optimizer."""
        for name, pair in (
            ("grad", lane.gradients),
            ("weight", lane.weights),
            ("update", lane.updates),
        ):
            if pair is not None:
                self._layers[name][self._places(number, pair[0])] = next(values)
        if lane.gradients is not None and not math.isfinite(total):
            counts = UNKNOWN if lane.counts is None else lane.counts
            self._layers["nonfinite"][self._places(number, lane.gradients[0])] = counts

    def _places(self, number: int, parameters: Sequence[Tensor]) -> Any:
        """The columns of parameters of an optimizer."""
        count, places = self._all[number]
        if len(parameters) == count:
            return places
        return [self._columns[id(p)] for p in parameters]


def mean(losses: Sequence[tuple[np.ndarray, Any]]) -> float:
    """The mean over batches by what each divides by, or the sum where that is not known."""
    if not losses:
        return math.nan
    if len(losses) == 1:
        return float(losses[0][0])
    if losses[0][1] is None:
        return math.fsum(float(loss) for loss, _ in losses)
    total = math.fsum(float(share) for _, share in losses)
    return math.fsum(float(loss) * float(share) for loss, share in losses) / total


def native(tensor: Tensor) -> Tensor:
    """In a dtype that NumPy has."""
    return tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor


def on_host(found: Sequence[Tensor]) -> tuple[list[np.ndarray], Any]:
    """Tensors as arrays, and what to wait for before they are read; None for nothing."""
    if all(not tensor.is_cuda for tensor in found):
        return [native(tensor).numpy(force=True) for tensor in found], None
    flat = torch.cat([t.reshape(-1).double() for t in found]).to("cpu", non_blocking=True)
    ready = torch.cuda.Event()
    ready.record()
    arrays: list[np.ndarray] = []
    at = 0
    for tensor in found:
        arrays.append(flat[at : at + tensor.numel()].numpy().reshape(tuple(tensor.shape)))
        at += tensor.numel()
    return arrays, ready
