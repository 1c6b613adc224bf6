"""Ending a script early, from within its own thread."""

import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

AGAIN_SECONDS = 1.0
"""Time after which a script that goes on all the same is ended less politely."""


class Stopped(SystemExit):
    """The script has been watched for long enough; it ends as by `sys.exit(0)`."""

    def __init__(self) -> None:
        super().__init__(0)


class Stop:
    """Ends the script of the main thread, also one that catches everything in an endless loop.

    First `Stopped` is raised where the script stands, as Ctrl-C would be; a second later, if it goes on, it
    is raised at each of its lines, and no `except` of its own outlasts that.

    Attributes:
        asked: whether it was told to end.
    """

    def __init__(self) -> None:
        self.asked = False
        self._firm = False

    def now(self) -> None:
        """End it here.

        Raises:
            Stopped: always.
        """
        if not self.asked:
            self.asked = True
            _alarm(AGAIN_SECONDS)
        raise Stopped

    def handle(self, number: int, frame: FrameType | None) -> None:
        """As a signal handler: the time is over, or over again."""
        if self._firm or not self.asked:
            self.now()
        self._firm = True
        sys.settrace(_everywhere)
        while frame is not None:
            frame.f_trace = _everywhere
            frame = frame.f_back
        raise Stopped


def _everywhere(frame: FrameType, event: str, argument: Any) -> Any:
    if event == "line":
        raise Stopped
    return _everywhere


def _alarm(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_SECONDS)


@contextmanager
def stopping(seconds: float | None) -> Generator[Stop]:
    """Make it possible to end what runs within; and end it after a time.

    Args:
        seconds: after which; None for never.
    """
    stop = Stop()
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGALRM, stop.handle) if main else None
    if main and seconds is not None:
        _alarm(seconds)
    try:
        yield stop
    finally:
        sys.settrace(None)
        if main:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
