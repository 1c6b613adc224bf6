"""Where a loader stands: go to any batch of an epoch, and leave random numbers alone."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, cast, runtime_checkable

import torch
from torch.utils.data import DataLoader, IterableDataset

from fourbeat.checkpoint import rng
from fourbeat.errors import CheckpointError


@runtime_checkable
class Keyed(Protocol):
    """A loader whose order depends on the epoch alone, such as `TensorLoader`."""

    def batches(self, epoch: int, start: int = 0) -> Iterator[Any]:
        """The batches of an epoch from batch number `start` on."""
        ...


def generators_of(loader: Any) -> list[torch.Generator]:
    """The generators of a loader's own: those of a DataLoader and of its samplers."""
    owners = [loader, getattr(loader, "sampler", None), getattr(loader, "batch_sampler", None)]
    owners.append(getattr(owners[-1], "sampler", None))
    found: list[torch.Generator] = []
    for owner in owners:
        generator = getattr(owner, "generator", None)
        if isinstance(generator, torch.Generator) and all(generator is not g for g in found):
            found.append(generator)
    return found


def batches(loader: Iterable[Any], epoch: int, skip: int) -> Iterator[Any]:
    """Iterate from batch number `skip` on.

    For a loader that is not keyed, every generator must stand where it stood when the epoch
    began; afterwards the caller puts them to where they stood at batch `skip`. A DataLoader
    without workers skips by its sampler and reads no data; any other loader reads what it skips.

    Raises:
        CheckpointError: if the loader ends before that batch.
    """
    if isinstance(loader, Keyed):
        return loader.batches(epoch, skip)
    iterator = iter(loader)
    skipper = iterator
    if isinstance(loader, DataLoader):
        loader = cast(DataLoader[Any], loader)
        if loader.num_workers == 0 and not isinstance(loader.dataset, IterableDataset):
            skipper = cast(Iterator[Any], getattr(iterator, "_sampler_iter", iterator))
    for done in range(skip):
        try:
            next(skipper)
        except StopIteration:
            raise CheckpointError(
                f"the checkpoint stands at batch {skip} of the epoch, but the loader has {done}",
                remedy="Resume with the data and batch size that the run began with",
            ) from None
    return iterator


def limits_of(loader: Any) -> list[str]:
    """What a resume cannot repeat with this loader, in words."""
    if isinstance(loader, DataLoader) and cast(DataLoader[Any], loader).persistent_workers:
        return [
            "The training DataLoader has persistent workers, which cannot be put back to where "
            "they stood: a resume does not repeat the order of the batches, nor what is drawn in "
            "the workers. Use persistent_workers=False for the same bits."
        ]
    return []


@contextmanager
def untouched(loader: Any) -> Generator[None]:
    """Leave every generator as it was, the loader's own included.

    A DataLoader draws a seed for its workers from the global generator each time it is iterated,
    shuffled or not; without this, validating would change the training that follows.
    """
    own = generators_of(loader)
    before = rng.capture(own)
    try:
        yield
    finally:
        rng.restore(before, own)
