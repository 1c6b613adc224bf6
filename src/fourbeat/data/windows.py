"""Batches of rows that are read piece by piece: shuffled in windows, in an order by (seed, epoch) alone."""

from collections.abc import Callable, Generator, Iterator, Sequence

import numpy as np
import torch

from fourbeat.data.keyed import permutation
from fourbeat.data.loader import CHUNK, CHUNK_BYTES

WINDOW_ROWS, WINDOW_BYTES = 1 << 20, 128 << 20
"""Rows of a window at most, and their bytes."""

PIECES_KEY = 0x91ECE5  # keeps the order of pieces apart from that of a window's rows

Tensors = tuple[torch.Tensor, ...]


def window_rows(row_bytes: int) -> int:
    """Rows of a window whose rows have so many bytes."""
    return max(1, min(WINDOW_ROWS, WINDOW_BYTES // max(1, row_bytes)))


class WindowLoader:
    """Iterates like `TensorLoader` over rows that do not fit into memory.

    The rows lie in pieces (row groups of a file). An epoch shuffles the pieces, pools neighbours in that
    order into windows, and shuffles the rows of each window; batches run across the ends of windows, so
    that only the last one of an epoch may be short. The order depends on (seed, epoch) alone, and no
    global random numbers are drawn; a resume at any batch reads from the window that holds it.

    One window is held at a time. Rows of a window mix with one another and with no others, so that a
    file in the order of its label is better shuffled the more pieces a window has.

    Args:
        read: gives a piece's tensors by its number, each with as many rows as `counts` says.
        counts: rows of each piece.
        rows: numbers of the rows to go through, ascending, int64 of shape (M,).
        batch_size: rows in a batch; the last one may be short.
        window: rows read for a window at most, but one piece at least.
        shuffle: whether every epoch has an order of its own; without it rows come as they lie.
        seed: of the order.

    Attributes:
        epoch: the epoch that plain iteration goes through next, moved by `set_epoch`.
    """

    def __init__(
        self,
        read: Callable[[int], Tensors],
        counts: Sequence[int],
        *,
        rows: torch.Tensor,
        batch_size: int,
        window: int,
        shuffle: bool = False,
        seed: int = 0,
    ):
        if batch_size < 1 or window < 1:
            raise ValueError(
                f"batch_size and window must be at least 1, got {batch_size} and {window}"
            )
        self.read = read
        self.starts = np.cumsum([0, *counts])
        self.rows = rows
        self.cuts = np.searchsorted(rows.numpy(), self.starts)
        self.batch_size = batch_size
        self.window = window
        self.shuffle = shuffle
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        """Batches in an epoch."""
        return (len(self.rows) + self.batch_size - 1) // self.batch_size

    def __iter__(self) -> Iterator[Tensors]:
        return self.batches(self.epoch)

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch whose order plain iteration follows."""
        self.epoch = epoch

    def batches(self, epoch: int, start: int = 0) -> Iterator[Tensors]:
        """The batches of an epoch from batch number `start` on."""
        return (batch for _, batch in self.numbered(epoch, start))

    def numbered(self, epoch: int, start: int = 0) -> Generator[tuple[torch.Tensor, Tensors]]:
        """The same, each with the numbers of its rows, int64."""
        windows = self.windows(epoch)
        sizes = [sum(self.taken(piece) for piece in pieces) for pieces in windows]
        skip = start * self.batch_size
        left: Tensors | None = None
        for number, (pieces, size) in enumerate(zip(windows, sizes, strict=True)):
            if skip >= size:
                skip -= size
                continue
            held = self.pooled(pieces)
            order = self.order(size, epoch, number)
            for chunk in self.chunks(held, order, skip, 0 if left is None else len(left[0])):
                if left is not None:
                    chunk = tuple(map(torch.cat, zip(left, chunk, strict=True)))
                whole = len(chunk[0]) // self.batch_size * self.batch_size
                full = (tensor[:whole].split(self.batch_size) for tensor in chunk)
                for batch in zip(*full, strict=True) if whole else ():
                    yield batch[0], batch[1:]
                rest = tuple(tensor[whole:] for tensor in chunk)
                left = rest if len(rest[0]) else None
            if left is not None:  # a few rows, and no view that keeps a chunk alive
                left = tuple(tensor.clone() for tensor in left)
            skip = 0
        if left is not None:
            yield left[0], left[1:]

    def windows(self, epoch: int) -> list[list[int]]:
        """The pieces of each window of an epoch, those without a row that counts left out."""
        many = len(self.starts) - 1
        order = range(many)
        if self.shuffle:
            order = permutation(many, self.seed, epoch, PIECES_KEY).tolist()
        windows: list[list[int]] = []
        room = 0
        for piece in order:
            if not self.taken(piece):
                continue
            size = int(self.starts[piece + 1] - self.starts[piece])
            if not windows or size > room:
                windows.append([])
                room = self.window
            windows[-1].append(piece)
            room -= size
        return [sorted(window) for window in windows]

    def order(self, size: int, epoch: int, number: int) -> torch.Tensor | None:
        """How the rows of a window are shuffled, int64; None for rows as they lie.

        Where one window holds all rows, the order is that of `TensorLoader`.
        """
        key = (epoch, number) if number else (epoch,)
        return permutation(size, self.seed, *key) if self.shuffle else None

    def taken(self, piece: int) -> int:
        """Rows of a piece that count."""
        return int(self.cuts[piece + 1] - self.cuts[piece])

    def pooled(self, pieces: Sequence[int]) -> Tensors:
        """The rows of a window that count, their numbers first."""
        size, begin = sum(map(self.taken, pieces)), 0
        held: Tensors = ()
        for piece in pieces:
            rows = self.rows[int(self.cuts[piece]) : int(self.cuts[piece + 1])]
            at, end = rows - int(self.starts[piece]), begin + len(rows)
            tensors = (rows, *(tensor.index_select(0, at) for tensor in self.read(piece)))
            if not held:  # written to in place: a list of parts to join would be a second window
                held = tuple(t.new_empty((size, *t.shape[1:])) for t in tensors)
            for whole, part in zip(held, tensors, strict=True):
                whole[begin:end] = part
            begin = end
        return held

    def chunks(
        self, held: Tensors, order: torch.Tensor | None, skip: int, before: int
    ) -> Iterator[Tensors]:
        """A window's rows in their order, some batches at once.

        Args:
            held: the rows, their numbers first.
            order: of these rows; None to take them as they are.
            skip: rows that are left out at the beginning.
            before: rows of a batch that the window before began: the first chunk completes it.
        """
        row = sum(tensor[0].numel() * tensor.element_size() for tensor in held)
        step = self.batch_size * max(1, min(CHUNK, CHUNK_BYTES // max(1, row * self.batch_size)))
        size, begin, end = len(held[0]), skip, skip + step - before
        while begin < size:
            if order is None:
                yield tuple(tensor[begin:end] for tensor in held)
            else:
                yield tuple(tensor.index_select(0, order[begin:end]) for tensor in held)
            begin, end = end, end + step
