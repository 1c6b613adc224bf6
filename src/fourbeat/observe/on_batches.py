"""Batches that DataLoaders give, with the row numbers that their samplers drew."""

from contextlib import ExitStack
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

from torch.utils.data import dataloader

from fourbeat.observe.patch import Function, around
from fourbeat.observe.script import Script


def attach_batches(stack: ExitStack, script: Script) -> None:
    """See the batches of every DataLoader's iteration.

    Workers are sent their rows ahead: what was sent is kept by its number, and belongs to the batch
    with which that number leaves the loader's list of tasks.
    """
    sent: WeakKeyDictionary[Any, dict[int, Any]] = WeakKeyDictionary()

    def drawing(original: Function) -> Function:
        def next_index(self: Any) -> Any:
            index = original(self)
            if script.attached:
                tasks = sent.setdefault(self, {})
                tasks[getattr(self, "_send_idx", 0)] = index
            return index

        return next_index

    def giving(original: Function) -> Function:
        def give(self: Any) -> Any:
            if not script.live:
                return original(self)
            start = perf_counter()
            try:
                batch = original(self)
            except StopIteration:
                script.exhausted(self)
                sent.pop(self, None)
                raise
            seconds = perf_counter() - start
            rows = _of_this_batch(self, sent.get(self, {}))
            script.batch(self, self._num_yielded == 1, batch, rows, seconds)
            return batch

        return give

    iteration: Any = dataloader._BaseDataLoaderIter  # pyright: ignore[reportPrivateUsage]
    around(stack, iteration, "_next_index", drawing)
    around(stack, iteration, "__next__", giving)


def _of_this_batch(iterator: Any, tasks: dict[int, Any]) -> Any:
    """Rows of the batch that has just been given; None where the dataset has no numbers."""
    waiting = getattr(iterator, "_task_info", {})
    rows = None
    for number in [number for number in tasks if number not in waiting]:
        rows = tasks.pop(number)
    streams = iterator._dataset_kind == dataloader._DatasetKind.Iterable  # pyright: ignore[reportPrivateUsage]
    return None if streams else rows
