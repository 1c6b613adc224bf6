"""Snapshots: checkpoints that the recorder keeps so that any step can be reached again.

A snapshot is cloned between two steps and written by one thread behind the training. How often
follows from what the last one cost.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fourbeat.checkpoint.plain import copy, plain
from fourbeat.checkpoint.store import CheckpointStore
from fourbeat.errors import CheckpointError

log = logging.getLogger("fourbeat")

NAME = "snapshots"

FIRST_SECONDS = 0.2
"""What the first one is taken to cost: then a run of some seconds has one."""

RECENT = 4
"""Snapshots that all stay; of older ones, one in each doubling of age."""

MOST_BYTES = 2 << 30
"""Disk space that all together may take; the oldest and the newest stay whatever they take."""


def spaced(steps: list[int]) -> set[int]:
    """Which snapshots stay: dense for the recent past, log-spaced for the old."""
    kept = set(steps[-RECENT:])
    seen: set[int] = set()
    for step in steps:  # the oldest of each age, so that it can grow older
        age = (steps[-1] - step).bit_length()
        if age not in seen:
            seen.add(age)
            kept.add(step)
    return kept


class Snapshots:
    """The snapshots of a run that trains.

    Args:
        directory: of the run.
        budget: share of the time that they may take, the writer's included.
        step: where the run stands; what is there of later steps is removed, as the run may come
            to them another way.
    """

    def __init__(self, directory: Path, budget: float, step: int):
        self._store = CheckpointStore(directory / NAME, self._kept)
        self._store.open()
        self._store.remove_after(step)
        self._budget = budget
        self._cost = FIRST_SECONDS * budget
        self._last = time.monotonic()
        self._writer: threading.Thread | None = None
        self._broken = False

    def _kept(self, steps: list[int]) -> set[int]:
        kept = sorted(spaced(steps))
        sizes = {step: self._store.good[step].size for step in kept}
        while len(kept) > 2 and sum(sizes[step] for step in kept) > MOST_BYTES:
            kept.pop(1)
        return set(kept)

    def due(self) -> bool:
        """Whether the budget has room for one."""
        if (time.monotonic() - self._last) * self._budget < self._cost or self._broken:
            return False
        return self._writer is None or not self._writer.is_alive()

    def take(
        self, step: int, state: Callable[[], Mapping[str, Any]], environment: Mapping[str, Any]
    ) -> None:
        """Clone the state of this moment, and have it written.

        Args:
            step: updates done.
            state: gives the state, as a checkpoint holds it.
            environment: where it is written.
        """
        start = time.perf_counter()
        cloned = copy(plain(state(), "state"))
        cost = time.perf_counter() - start

        def write() -> None:
            begun = time.thread_time()
            try:
                self._store.write(step, cloned, environment)
            except CheckpointError as error:
                self._broken = True
                log.warning("no more snapshots: %s", error)
            self._cost = cost + time.thread_time() - begun

        self._last = time.monotonic()
        self._writer = threading.Thread(target=write, name="fourbeat-snapshot", daemon=True)
        self._writer.start()

    def close(self) -> None:
        """Let the one that is being written come to its end."""
        if self._writer is not None:
            self._writer.join()
