"""What another process asks of a run that trains: hold before an update, go on, write a checkpoint."""

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from fourbeat.checkpoint.asking import LOOK_SECONDS, Asked
from fourbeat.loop.interrupt import Interrupts
from fourbeat.observe.events import Loss, Updating
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
        show: brings what others can read of the run up to date, before it holds.
    """

    def __init__(
        self,
        directory: Path,
        stream: Stream,
        interrupts: Interrupts,
        step: Callable[[], int],
        show: Callable[[], None],
    ):
        self._directory = directory
        self._stream = stream
        self._interrupts = interrupts
        self._step = step
        self._show = show
        self._asked = Asked(directory)
        self._loss: float | None = None
        self._checkpoint = self._waited_for = False
        self._reading = ExitStack()
        self._listening = False

    def wants_checkpoint(self) -> bool:
        """Look for a question; whether a checkpoint is wanted before this step."""
        self._look()
        return self._checkpoint

    def saved(self) -> None:
        """The checkpoint is written."""
        if self._checkpoint and self._waited_for:
            self._asked.answer(done="checkpoint", step=self._step())
        self._checkpoint = False

    def before(self, event: Updating) -> None:
        """Hold, if that was asked, before steps that are one graph: they have no moment within."""
        if self._listening:
            self._hold(event)

    def close(self) -> None:
        """No longer listen."""
        self._listening = False
        self._reading.close()

    def _look(self) -> None:
        wish = self._asked.look(time.perf_counter())
        if wish == "pause":
            self._listen()
        elif wish == "checkpoint":
            self._checkpoint = self._waited_for = True
        elif wish == "go on":
            self._asked.answer(done="was not paused", step=self._step())

    def _listen(self) -> None:
        """Hold at the next update; a run that nobody asks anything has one reader less."""
        self.close()
        self._listening = True
        self._reading.enter_context(self._stream.read_by({Loss: self._noted, Updating: self._hold}))

    def _noted(self, event: Loss) -> None:
        self._loss = float(event.value.detach())

    def _hold(self, event: Updating) -> None:
        """Stand still until told to go on, or until a signal comes."""
        if not self._asked.waited_for():
            self.close()
            return
        way = f"`fourbeat resume {self._directory}` goes on"
        log.warning("paused before the update of step %d: %s", self._step(), way)
        self._show()
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
        self.close()

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
