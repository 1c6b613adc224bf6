"""A step log beside a script that is observed."""

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from fourbeat.errors import first_line
from fourbeat.observe.events import Stepped
from fourbeat.observe.stream import Stream
from fourbeat.record.log import StepLog
from fourbeat.record.recorder import Recorder

log = logging.getLogger("fourbeat")


@contextmanager
def recorded(stream: Stream, directory: Path, budget: float = 0.02) -> Generator[None]:
    """Record what a stream tells, until the context ends.

    A log that cannot be written (a full disk) is no reason to stop the script: it says so, and ends.

    Args:
        stream: of the script.
        directory: for the step log; made with the folders above it.
        budget: share of a step's time that the recorder may take.
    """
    directory.mkdir(parents=True, exist_ok=True)
    steps = StepLog(directory, 0, bytes(16), lambda _: None)
    recorder = Recorder(stream.subjects, steps, budget)
    alive = True

    def guarded(act: Callable[[], None]) -> None:
        nonlocal alive
        try:
            if alive:
                act()
        except OSError as error:
            alive = False
            log.warning("The step log ends here: %s", error.strerror or first_line(error))

    def stepped(event: Stepped) -> None:
        guarded(lambda: recorder.stepped(event))

    try:
        with stream.read_by({**recorder.readers, Stepped: stepped}):
            yield
        guarded(recorder.flush)
    finally:
        steps.close()
