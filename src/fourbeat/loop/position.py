"""Where a loader stands: go to any batch of an epoch, and leave random numbers alone."""

import random
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset

from fourbeat.checkpoint import rng
from fourbeat.data.fetching import opened
from fourbeat.data.loader import TensorLoader
from fourbeat.data.windows import WindowLoader
from fourbeat.errors import CheckpointError
from fourbeat.loop.rows import drawn_from, numbered

OWN = (torch.Generator, np.random.Generator, np.random.RandomState, random.Random)
"""Generators that an object may have for itself."""


def attributes(thing: Any) -> dict[str, Any]:
    """What an object and its classes hold, by name."""
    found: dict[str, Any] = {}
    for kind in reversed(type(thing).__mro__):
        found |= vars(kind)
    return found | getattr(thing, "__dict__", {})


def data_loaders(loader: Any) -> list[DataLoader[Any]]:
    """The DataLoaders at work: the loader itself, or those that a wrapper holds."""
    held = list(attributes(loader).values())
    lists = [item for value in held if isinstance(value, list | tuple) for item in value]  # pyright: ignore[reportUnknownVariableType]
    candidates: list[Any] = [loader, *held, *lists]
    return [found for found in candidates if isinstance(found, DataLoader)]


def generators_of(loader: Any) -> list[torch.Generator]:
    """The generators of a loader's own: its DataLoaders' and those of their samplers."""
    found: list[torch.Generator] = []
    for outer in [loader, *data_loaders(loader)]:
        owners = [outer, getattr(outer, "sampler", None), getattr(outer, "batch_sampler", None)]
        owners.append(getattr(owners[-1], "sampler", None))
        for owner in owners:
            generator = getattr(owner, "generator", None)
            if isinstance(generator, torch.Generator) and all(generator is not g for g in found):
                found.append(generator)
    return found


def has_workers(loader: Any) -> bool:
    """Whether other processes read the loader's data."""
    return any(inner.num_workers for inner in data_loaders(loader))


def persists(loader: Any) -> bool:
    """Whether the loader keeps its workers from one pass to the next."""
    return any(inner.persistent_workers for inner in data_loaders(loader))


def keeps_workers(loader: Any) -> bool:
    """Whether the loader's workers are still alive from an earlier pass."""
    return any(getattr(inner, "_iterator", None) is not None for inner in data_loaders(loader))


def start_workers(loader: Any) -> None:
    """Start persistent workers, as an earlier pass did in the process that is resumed.

    A DataLoader draws a seed when it starts its workers, and none while it keeps them.
    """
    with untouched(loader):
        for inner in data_loaders(loader):
            if inner.persistent_workers:
                iter(inner)


def batches(loader: Iterable[Any], epoch: int, skip: int) -> Iterator[tuple[Any, Any]]:
    """Iterate from batch number `skip` on, each batch with the numbers of its rows.

    The numbers are int64 of shape (n,); None where they cannot be seen.

    For a loader that is not keyed, every generator must stand where it stood when the epoch
    began; afterwards the caller puts them to where they stood at batch `skip`. A DataLoader
    without workers skips by its sampler and reads no data; any other loader reads what it skips.

    Raises:
        CheckpointError: if the loader ends before that batch.
    """
    if isinstance(loader, TensorLoader | WindowLoader):
        return ((rows.numpy(), batch) for rows, batch in loader.numbered(epoch, skip))
    with drawn_from(loader) as drawn:
        iterator = opened(loader)
    skipper = iterator
    if isinstance(loader, DataLoader):
        loader = cast(DataLoader[Any], loader)
        if loader.num_workers == 0 and not isinstance(loader.dataset, IterableDataset):
            skipper = cast(Iterator[Any], getattr(iterator, "_sampler_iter", iterator))
    for done in range(skip):
        try:
            next(skipper)
            if drawn is not None:
                drawn.take()
        except StopIteration:
            raise CheckpointError(
                f"the checkpoint stands at batch {skip} of the epoch, but the loader has {done}",
                remedy="Resume with the data and batch size that the run began with",
            ) from None
    return numbered(iterator, drawn)


def limits_of(loader: Any) -> list[str]:
    """What a resume cannot repeat with this loader, in words."""
    limits: list[str] = []
    if persists(loader):
        limits.append(
            "The training DataLoader has persistent workers, which a resume starts anew: it "
            "repeats the order of the batches where one loader serves all epochs, but not what is "
            "drawn in the workers. Use persistent_workers=False for the same bits there too."
        )
    owners = {"loader": loader}
    for inner in data_loaders(loader):
        owners |= {"dataset": inner.dataset, "sampler": inner.sampler}
    known = [id(generator) for generator in generators_of(loader)]
    for what, owner in owners.items():
        for name, value in attributes(owner).items():
            if isinstance(value, OWN) and id(value) not in known:
                limits.append(
                    f"The training {what} has a generator of its own, {name!r}: a resume does not "
                    "repeat what is drawn from it. Draw from torch's, NumPy's or Python's global one."
                )
    return limits


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
