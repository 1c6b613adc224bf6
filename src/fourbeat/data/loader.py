"""Batches from tensors in memory, in an order that is a function of (seed, epoch)."""

from collections.abc import Callable, Iterator, Sequence
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
        *tensors: each of shape (N, ...), on any device; a batch is a tuple with as many tensors, each on
            the device of its own.
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
        order = self.order(epoch)[start * self.batch_size :]
        for chunk in order.split(self.chunk()) if len(order) else ():
            gathered = gather(self.tensors, chunk)
            if self.transform is not None:
                gathered = self.transform(gathered, chunk, epoch)
            batches = zip(*(tensor.split(self.batch_size) for tensor in gathered), strict=True)
            yield from zip(chunk.split(self.batch_size), batches, strict=True)

    def order(self, epoch: int) -> torch.Tensor:
        """The row numbers of an epoch in its order, int64 of shape (M,)."""
        if not self.shuffle:
            return self.rows
        return self.rows[permutation(len(self.rows), self.seed, epoch)]

    def chunk(self) -> int:
        """Rows gathered at once: whole batches."""
        row = sum(t.nbytes // len(t) for t in self.tensors if len(t))
        return self.batch_size * max(1, min(CHUNK, CHUNK_BYTES // max(1, row * self.batch_size)))


def gather(tensors: Sequence[torch.Tensor], rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Some rows of tensors, whose numbers, int64 on the CPU, go to each device once."""
    there = {device: rows.to(device) for device in {tensor.device for tensor in tensors}}
    return tuple(tensor.index_select(0, there[tensor.device]) for tensor in tensors)


def side_by_side(
    loaders: Sequence[TensorLoader], epoch: int
) -> Iterator[list[tuple[torch.Tensor, ...]]]:
    """An epoch of several loaders at once, in chunks of batches.

    Args:
        loaders: over the same tensors, with as many rows and the same batch size, without a transform;
            each has its own order.
        epoch: as for `TensorLoader.batches`.

    Yields:
        Some batches in turn; each tensor is of shape (loaders, rows, …), and part i of a batch is what
        loader i gives alone.
    """
    first = loaders[0]
    orders = torch.stack([loader.order(epoch) for loader in loaders])
    for chunk in orders.split(first.chunk(), dim=1):
        rows = chunk.flatten()
        gathered = [t.unflatten(0, chunk.shape) for t in gather(first.tensors, rows)]
        yield list(
            zip(*(tensor.split(first.batch_size, dim=1) for tensor in gathered), strict=True)
        )
