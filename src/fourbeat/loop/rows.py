"""Which rows of its dataset a loader put into a batch."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from torch.utils.data import DataLoader

from fourbeat.observe.rows import row_numbers


class Drawn:
    """A sampler that remembers what it draws; in all else it is the one within.

    Attributes:
        rows: of the batches that were drawn and not yet asked for, oldest first.
    """

    def __init__(self, sampler: Iterable[Any]):
        self.sampler = sampler
        self.rows: deque[Any] = deque()

    def __iter__(self) -> Iterator[Any]:
        self.rows.clear()
        for drawn in self.sampler:
            self.rows.append(drawn)
            yield drawn

    def take(self) -> np.ndarray | None:
        """The rows of the next batch, int64; None for a stream, whose rows have no numbers."""
        drawn = self.rows.popleft() if self.rows else None
        return None if drawn is None else row_numbers(drawn)


@contextmanager
def drawn_from(loader: Any) -> Generator[Drawn | None]:
    """Have a DataLoader's sampler remembered by the iterators that are made within.

    Its indices are drawn ahead for its workers, from the moment an iterator is made; so the sampler
    is exchanged for that moment, and not the iterator. A loader that keeps its workers keeps its
    iterator, and with it what was put there the first time.
    """
    if not isinstance(loader, DataLoader) or not getattr(loader, "in_order", True):
        yield None
        return
    kept: Any = getattr(loader, "_iterator", None)
    if isinstance(found := getattr(kept, "_index_sampler", None), Drawn):
        yield found
        return
    name = "sampler" if loader.batch_sampler is None else "batch_sampler"
    sampler: Any = getattr(loader, name)
    made = Drawn(sampler)
    loader.__dict__[name] = made  # the loader refuses to have it set
    try:
        yield made
    finally:
        loader.__dict__[name] = sampler


def numbered(iterator: Iterator[Any], drawn: Drawn | None) -> Iterator[tuple[Any, Any]]:
    """The batches of a DataLoader, each with its rows; see `Drawn.take`."""
    for batch in iterator:
        yield (drawn.take() if drawn is not None else None), batch
