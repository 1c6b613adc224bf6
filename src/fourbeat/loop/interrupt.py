"""SIGINT and SIGTERM: finish the step, write a checkpoint, then stop."""

import logging
import signal
import threading
from types import FrameType
from typing import Any, NoReturn

log = logging.getLogger("fourbeat")

CAUGHT = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Remembers a signal until the run can stop cleanly; the second one stops at once.

    Handlers are set between `watch` and `release` only, and only in the main thread.
    """

    def __init__(self) -> None:
        self.seen: signal.Signals | None = None
        self.before: dict[signal.Signals, Any] = {}

    def watch(self) -> None:
        """Set the handlers."""
        if threading.current_thread() is threading.main_thread():
            self.before = {
                number: signal.signal(number, self.handle)
                for number in CAUGHT
                if signal.getsignal(number) != signal.SIG_IGN  # as `nohup` and `&` set it
            }

    def release(self) -> None:
        """Put the former handlers back."""
        for number, handler in self.before.items():
            if handler is not None:  # None: it was not set from Python
                signal.signal(number, handler)
        self.before = {}

    def handle(self, number: int, frame: FrameType | None) -> None:
        """The handler."""
        if self.seen is not None:
            log.warning("%s again: stopped at once", signal.Signals(number).name)
            self.stop()
        self.seen = signal.Signals(number)
        # Workers may die of the same signal: DataLoader's handler would break the step under way.
        self.before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, ignore)

    def stop(self) -> NoReturn:
        """Raise what the signal means in Python: exit codes 130 and 143."""
        if self.seen == signal.SIGTERM:
            raise SystemExit(128 + signal.SIGTERM)
        raise KeyboardInterrupt


def ignore(number: int, frame: FrameType | None) -> None:
    """A handler that lets a signal pass; a `SIG_IGN` would be inherited by new processes."""
