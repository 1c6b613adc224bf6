"""One record in the making: what a step was seen to do, and its bytes."""

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
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
        self._counts = [sum(count for _, count in sizes) for sizes in self._sizes]
        self._columns = {id(p): number for number, p in enumerate(subjects.parameters.values())}
        held = [
            self._columns[id(p)] for sizes in self._sizes for params, _ in sizes for p in params
        ]
        self._whole = len(self.order) == 1 and held == list(range(len(self._columns)))
        lanes, groups = len(self.order), self.layout.groups
        self._head = struct.Struct(f"<IiqQ{lanes}d{groups}dIIQ{lanes}d{len(SECONDS)}f")
        columns = len(self._columns)
        self._nothing = np.full(columns, np.nan, "<f4").tobytes()
        self._finite = np.zeros(columns, "<u4").tobytes()

    def fits(self, lanes: Iterable[int]) -> bool:
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

    def sealed(self, draft: Draft, numbers: Iterable[Any], place: int) -> bytes:
        """The sealed record.

        Args:
            draft: of the step.
            numbers: the values of `draft.tensors(self.order)`: a float or an array for each.
            place: of its row numbers in their file.
        """
        values = iter(numbers)
        losses: list[float] = []
        totals: list[float] = []
        rates: list[float] = []
        blocks: dict[str, list[tuple[Sequence[Tensor], Any]]] = {}
        for number, key in enumerate(self.order):
            lane = draft.lanes.get(key) or Lane()
            losses.append(mean([(next(values), share) for _, share in lane.losses]))
            totals.append(next(values) if lane.total is not None else math.nan)
            rates += lane.rates or [math.nan] * len(self._sizes[number])
            for name, pair in (
                ("grad", lane.gradients),
                ("weight", lane.weights),
                ("update", lane.updates),
            ):
                if pair is not None:
                    blocks.setdefault(name, []).append((pair[0], next(values)))
            if lane.gradients is not None and not math.isfinite(totals[-1]):
                counts = UNKNOWN if lane.counts is None else lane.counts
                blocks.setdefault("nonfinite", []).append((lane.gradients[0], counts))
        head = self._head.pack(
            draft.flags,
            draft.epoch,
            draft.step,
            draft.hash.intdigest() if draft.flags & Flag.BATCH else 0,
            *losses,
            *rates,
            draft.examples,
            sum(map(len, draft.rows)),
            place,
            *totals,
            *draft.seconds,
        )
        layers = [
            self._block(blocks.get(name), blank)
            for name, blank in (
                ("grad", self._nothing),
                ("weight", self._nothing),
                ("update", self._nothing),
                ("nonfinite", self._finite),
            )
        ]
        body = b"".join((head, *layers, draft.fingerprint))
        return body + xxhash.xxh3_64_intdigest(body).to_bytes(CHECK, "little")

    def _block(self, found: list[tuple[Sequence[Tensor], Any]] | None, blank: bytes) -> bytes:
        """One number for each column."""
        if found is None:
            return blank
        kind = "<u4" if blank is self._finite else "<f4"
        if self._whole and len(found[0][0]) == self._counts[0] and np.ndim(found[0][1]):
            return np.asarray(found[0][1], kind).tobytes()
        made = np.frombuffer(blank, kind).copy()
        for parameters, values in found:
            made[[self._columns[id(p)] for p in parameters]] = values
        return made.tobytes()


def mean(losses: Sequence[tuple[float, Any]]) -> float:
    """The mean over batches by what each divides by, or the sum where that is not known."""
    if len(losses) == 1:
        return losses[0][0]
    if not losses:
        return math.nan
    if losses[0][1] is None:
        return math.fsum(loss for loss, _ in losses)
    total = math.fsum(float(share) for _, share in losses)
    return math.fsum(loss * float(share) for loss, share in losses) / total


def on_host(found: Sequence[Tensor]) -> tuple[list[Any], Any]:
    """A float or an array for each tensor, and what to wait for before they are read, if anything."""
    if not any(tensor.is_cuda for tensor in found):
        return [t.item() if t.ndim == 0 else t.float().numpy(force=True) for t in found], None
    device = next(tensor.device for tensor in found if tensor.is_cuda)
    flat = torch.cat([t.reshape(-1).double().to(device) for t in found])
    values = flat.to("cpu", non_blocking=True).numpy()
    ready = torch.cuda.Event()
    ready.record()
    return list(apart(values, found)), ready


def apart(values: np.ndarray, tensors: Sequence[Tensor]) -> Iterator[np.ndarray]:
    """The parts of one flat array that belong to each tensor, in its shape."""
    at = 0
    for tensor in tensors:
        yield values[at : at + tensor.numel()].reshape(tuple(tensor.shape))
        at += tensor.numel()
