"""Batches from tensors in memory, in an order that is a function of (seed, epoch)."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import torch

from fourbeat.data.keyed import permutation

CHUNK = 64
"""Batches gathered at once: one gather and many slices cost less than many gathers."""

CHUNK_BYTES = 16 << 20
"""A chunk larger than this holds fewer batches."""

Transform: TypeAlias = Callable[
    [tuple[torch.Tensor, ...], torch.Tensor, int], tuple[torch.Tensor, ...]
]
"""From gathered tensors, their row numbers and the epoch to tensors of the same lengths."""


class TensorLoader:
    """Iterates like a DataLoader over tensors that share their first dimension.

    The order of an epoch depends on (seed, epoch) alone, and no global random numbers are drawn;
    so a resume goes to any batch of any epoch at once.

    Args:
        *tensors: each of shape (N, ...); a batch is a tuple with as many tensors.
        rows: numbers of the rows to go through, int64 of shape (M,). Default: all N.
        batch_size: rows in a batch; the last one may be short.
        shuffle: whether every epoch has an order of its own.
        seed: of the order.
        transform: called on the tensors of several batches at once, with their row numbers, int64
            of shape (n,), and the epoch. It must be a function of these alone, row by row: then
            a resume gives the same batches.

    Attributes:
        epoch: the epoch that plain iteration goes through next, moved by `set_epoch`.
    """

    def __init__(
        self,
        *tensors: torch.Tensor,
        rows: torch.Tensor | None = None,
        batch_size: int,
        shuffle: bool = False,
        seed: int = 0,
        transform: Transform | None = None,
    ):
        lengths = {len(tensor) for tensor in tensors}
        if len(lengths) != 1:
            raise ValueError(f"tensors of one length are needed, got {sorted(lengths)}")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        self.tensors = tensors
        self.rows = torch.arange(lengths.pop()) if rows is None else rows
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.transform = transform
        self.epoch = 0

    def __len__(self) -> int:
        """Batches in an epoch."""
        return (len(self.rows) + self.batch_size - 1) // self.batch_size

    def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
        return self.batches(self.epoch)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order plain iteration follows."""
        self.epoch = epoch

    def batches(self, epoch: int, start: int = 0) -> Iterator[tuple[torch.Tensor, ...]]:
        """The batches of an epoch from batch number `start` on."""
        return (batch for _, batch in self.numbered(epoch, start))

    def numbered(
        self, epoch: int, start: int = 0
    ) -> Iterator[tuple[torch.Tensor, tuple[torch.Tensor, ...]]]:
        """The same, each with the numbers of its rows, int64."""
        order = self.rows
        if self.shuffle:
            order = order[permutation(len(order), self.seed, epoch)]
        order = order[start * self.batch_size :]
        for chunk in order.split(self.chunk()) if len(order) else ():
            gathered = tuple(tensor.index_select(0, chunk) for tensor in self.tensors)
            if self.transform is not None:
                gathered = self.transform(gathered, chunk, epoch)
            batches = zip(*(tensor.split(self.batch_size) for tensor in gathered), strict=True)
            yield from zip(chunk.split(self.batch_size), batches, strict=True)

    def chunk(self) -> int:
        """Rows gathered at once: whole batches."""
        row = sum(t[0].numel() * t.element_size() for t in self.tensors if len(t))
        return self.batch_size * max(1, min(CHUNK, CHUNK_BYTES // max(1, row * self.batch_size)))
