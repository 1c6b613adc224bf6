"""What a whole step was seen to do, before it is a record."""

from collections.abc import Iterator, Sequence
from math import nan
from typing import Any

import numpy as np
import torch
import xxhash
from torch import Tensor

from fourbeat.record.layout import SECONDS

Norms = tuple[Sequence[Tensor], Any]
"""Parameters, and the norm of each: floats, or a tensor that is on a device yet."""

NO_SECONDS = [0.0] * len(SECONDS)


class Lane:
    """What one optimizer did in a step.

    Numbers are floats, but for the norms of gradients, which are a tensor until the record is packed;
    those of a GPU are tensors until `Draft.land`.

    Attributes:
        losses: with what each mean divides by; None for losses that are added up.
        total: norm of all gradients, NaN where it was not taken.
        gradients, weights, updates: norms by parameter, where they were taken.
        counts: values that are not finite in each of those gradients; None where all are finite,
            or nobody counted.
        rates: learning rates, group by group.
        sizes: parameters in each group, where its update was seen.
    """

    __slots__ = ("counts", "gradients", "losses", "rates", "sizes", "total", "updates", "weights")

    def __init__(self) -> None:
        self.losses: list[tuple[Any, Any]] = []
        self.total: Any = nan
        self.gradients: Norms | None = None
        self.weights: Norms | None = None
        self.updates: Norms | None = None
        self.counts: np.ndarray | None = None
        self.rates: list[float] = []
        self.sizes: list[int] | None = None

    def clear(self) -> None:
        """Begin a step."""
        self.losses.clear()
        self.total = nan
        self.gradients = self.weights = self.updates = self.counts = None
        self.rates, self.sizes = [], None

    def numbers(self) -> list[Any]:
        """Everything that may be on a device."""
        found = [loss for loss, _ in self.losses] + [self.total]
        return found + [pair[1] for pair in (self.gradients, self.weights, self.updates) if pair]

    def land(self, values: Iterator[np.ndarray]) -> None:
        """Put these in the place of `numbers`."""
        self.losses = [(next(values), share) for _, share in self.losses]
        self.total = next(values)
        if self.gradients:
            self.gradients = self.gradients[0], next(values)
        if self.weights:
            self.weights = self.weights[0], next(values)
        if self.updates:
            self.updates = self.updates[0], next(values)


class Draft:
    """What one step did, beyond what its end tells of it.

    Attributes:
        lanes: by the id of the optimizer.
        afar: whether some of its numbers are on a GPU.
        hash: of its batches, in their order; None where it is not taken.
        seconds: its times; see `SECONDS`.
        fingerprint: None where it is not taken.
    """

    __slots__ = ("afar", "fingerprint", "flags", "hash", "lanes", "seconds")

    def __init__(self) -> None:
        self.lanes: dict[int, Lane] = {}
        self.flags = 0
        self.afar = False
        self.hash: xxhash.xxh3_64 | None = None
        self.seconds = [0.0] * len(SECONDS)
        self.fingerprint: bytes | None = None

    def lane(self, optimizer: Any) -> Lane:
        """What an optimizer did."""
        lane = self.lanes.get(id(optimizer))
        if lane is None:
            lane = self.lanes[id(optimizer)] = Lane()
        return lane

    def clear(self) -> None:
        """Begin a step; the lanes are cleared, and not made anew."""
        for lane in self.lanes.values():
            lane.clear()
        self.flags = 0
        self.afar = False
        self.hash = self.fingerprint = None
        self.seconds[:] = NO_SECONDS

    def land(self) -> Any:
        """Begin to copy what is on a GPU to the host; gives what tells when that is done.

        No tensor is held from here on. The numbers may be read once the copy is done.
        """
        found = [torch.as_tensor(one) for lane in self.lanes.values() for one in lane.numbers()]
        device = next(tensor.device for tensor in found if tensor.is_cuda)
        flat = torch.cat([tensor.reshape(-1).to(device, torch.float64) for tensor in found])
        values = apart(flat.to("cpu", non_blocking=True).numpy(), found)
        for lane in self.lanes.values():
            lane.land(values)
        copied = torch.cuda.Event()
        copied.record(torch.cuda.current_stream(device))
        return copied


def apart(values: np.ndarray, tensors: Sequence[Tensor]) -> Iterator[np.ndarray]:
    """The parts of one flat array that belong to each tensor, in its shape."""
    at = 0
    for tensor in tensors:
        yield values[at : at + tensor.numel()].reshape(tuple(tensor.shape))
        at += tensor.numel()
