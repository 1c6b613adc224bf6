"""A run's flight recorder: its step log and its snapshots, while it trains."""

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from fourbeat.checkpoint import rng
from fourbeat.errors import first_line
from fourbeat.loop.state import RunState
from fourbeat.observe.stream import Stream
from fourbeat.record.layout import Layout
from fourbeat.record.log import StepLog
from fourbeat.record.recorder import Recorder
from fourbeat.record.snapshots import Snapshots

log = logging.getLogger("fourbeat")

SNAPSHOTS, LOG = 0.1, 0.6
"""What snapshots and the step log get of the recorder's budget. The rest is for what neither clock sees:
against the same loop without a recorder, both were measured to cost a third more than they count."""


class Recording:
    """Records what a stream tells, beside a run.

    A recorder that fails (a full disk) is no reason to stop training: it says so and ends.

    Args:
        directory: of the run.
        stream: of the run.
        state: of the run; its count of records is kept up to date by `mark`.
        budget: share of the time that it may take.

    Attributes:
        due: whether a snapshot is; seen whenever records are written.
    """

    def __init__(self, directory: Path, stream: Stream, state: RunState, budget: float):
        self._state = state
        self._log = StepLog(directory, state.records, state.root, self._differs)
        share = None if budget >= 1 else budget * LOG
        self._recorder = Recorder(stream.subjects, self, share)
        self._snapshots = Snapshots(directory, budget * SNAPSHOTS, state.step)
        self._reading = ExitStack()
        reading = self._reading.enter_context(stream.read_by(self._recorder.readers))
        self._recorder.hear = reading.hear
        self._alive = True
        self.due = False

    def write(self, layout: Layout, records: np.ndarray, rows: bytes) -> None:
        """Put records into the log, as long as it can be written; see `StepLog.write`."""
        if self._alive:
            self._guarded(lambda: self._log.write(layout, records, rows))
            self.due = self._alive and self._snapshots.due()

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:
            self._end(error)

    def _end(self, error: OSError) -> None:
        """Record no more, and say so."""
        self._alive = False
        self._recorder.hear = lambda _, __: None
        self._reading.close()
        why = error.strerror or first_line(error)
        text = f"The step log ends at step {self._state.step}: {why}."
        log.warning("%s Training goes on", text)
        self._state.limit(text)

    def _differs(self, step: int) -> None:
        """A step that comes again after a resume is not what it was."""
        text = f"step {step} is not what it was before the resume"
        if not any(event.kind == "differs" for event in self._state.events):
            log.warning("%s", text)
            self._state.event("differs", text)

    def mark(self) -> None:
        """Write what waits, and note how far the log is: for a checkpoint, or for whoever reads."""
        if self._alive:
            self._recorder.flush()
            self._guarded(self._log.sync)
        self._state.records, self._state.root = self._log.at, self._log.root

    def snapshot(
        self, state: Callable[[rng.State], dict[str, Any]], now: rng.State, where: Mapping[str, Any]
    ) -> None:
        """Keep this moment between two steps.

        Args:
            state: gives what a checkpoint holds, from the generators.
            now: the generators, as the next step is to find them.
            where: the environment.
        """
        self.mark()
        self._snapshots.take(self._state.step, lambda: state(now), where)
        self.due = False

    def close(self) -> None:
        """Write what waits, and let go."""
        self._reading.close()
        if self._alive:
            self._recorder.flush()
        self._state.records, self._state.root = self._log.at, self._log.root
        self._guarded(self._log.close)
        self._snapshots.close()
