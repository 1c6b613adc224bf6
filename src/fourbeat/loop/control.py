"""What another process asks of a run that trains: hold before an update, go on, write a checkpoint."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fourbeat.checkpoint.asking import LOOK_SECONDS, Asked
from fourbeat.loop.interrupt import Interrupts
from fourbeat.observe.events import Event, Loss, Updating
from fourbeat.observe.stream import Stream
from fourbeat.record.measure import norms

log = logging.getLogger("fourbeat")


class Control:
    """Does what is asked, at the next step.

    Args:
        directory: of the run.
        stream: of the run; a pause holds it at `Updating`.
        interrupts: end a pause.
        step: tells the number of the step under way.
    """

    def __init__(
        self, directory: Path, stream: Stream, interrupts: Interrupts, step: Callable[[], int]
    ):
        self._directory = directory
        self._stream = stream
        self._interrupts = interrupts
        self._step = step
        self._asked = Asked(directory)
        self._loss: float | None = None
        self._pause = False
        self._checkpoint = self._waited_for = False
        self._reading = stream.read_by(self._read)
        self._reading.__enter__()

    def wants_checkpoint(self) -> bool:
        """Look for a question; whether a checkpoint is wanted before this step."""
        self._look()
        return self._checkpoint

    def saved(self) -> None:
        """The checkpoint is written."""
        if self._checkpoint and self._waited_for:
            self._asked.answer(done="checkpoint", step=self._step())
        self._checkpoint = False

    def close(self) -> None:
        """No longer listen."""
        self._reading.__exit__(None, None, None)

    def _look(self) -> None:
        wish = self._asked.look(time.perf_counter())
        if wish == "pause":
            self._pause = True
        elif wish == "checkpoint":
            self._checkpoint = self._waited_for = True
        elif wish == "go on":
            self._asked.answer(done="was not paused", step=self._step())

    def _read(self, event: Event) -> None:
        if self._pause and isinstance(event, Loss):
            self._loss = float(event.value.detach())
        elif self._pause and isinstance(event, Updating):
            self._hold(event)

    def _hold(self, event: Updating) -> None:
        """Stand still until told to go on, or until a signal comes."""
        way = f"`fourbeat resume {self._directory}` goes on"
        log.warning("paused before the update of step %d: %s", self._step(), way)
        self._asked.answer(done="paused", step=self._step(), loss=self._loss, layers=self._layers())
        while self._interrupts.seen is None:
            time.sleep(LOOK_SECONDS)
            wish = self._asked.look(time.perf_counter())
            if wish == "go on":
                self._asked.answer(done="going on", step=self._step())
                break
            if wish == "pause":
                self._asked.answer(
                    done="paused", step=self._step(), loss=self._loss, layers=self._layers()
                )
            elif wish == "checkpoint":
                self._checkpoint, self._waited_for = True, False  # between two steps
                self._asked.answer(done="once it goes on", step=self._step())
        log.warning("goes on")
        self._pause = False

    def _layers(self) -> dict[str, Any]:
        """Norms of weights and gradients by parameter."""
        found = {
            name: p for name, p in self._stream.subjects().parameters.items() if p.grad is not None
        }
        if not found:
            return {}
        weights = norms([p.detach() for p in found.values()]).tolist()
        gradients = norms([p.grad for p in found.values() if p.grad is not None]).tolist()
        pairs = zip(weights, gradients, strict=True)
        return {
            name: {"weight": weight, "gradient": gradient}
            for name, (weight, gradient) in zip(found, pairs, strict=True)
        }
