"""Ending a script early, from within its own thread."""

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

AGAIN_SECONDS = 2.0
"""Time that a script has to end, once it was told to."""


class Stopped(SystemExit):
    """The script has been watched for long enough; it ends as by `sys.exit(0)`."""

    def __init__(self) -> None:
        super().__init__(0)


class Stop:
    """Ends the script of the main thread.

    `Stopped` is raised where the script stands, as Ctrl-C would be. A script that goes on all the same,
    because it catches everything in an endless loop, is not let go on: `abandon` is called in its
    midst, and ends the process.

    Attributes:
        asked: whether it was told to end.
    """

    def __init__(self, abandon: Callable[[], None]):
        self.asked = False
        self._abandon = abandon

    def now(self) -> None:
        """End it here.

        Raises:
            Stopped: always.
        """
        if not self.asked:
            self.asked = True
            signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
        raise Stopped

    def handle(self, number: int, frame: FrameType | None) -> None:
        """As a signal handler: the time is over, or over again."""
        if self.asked:
            self._abandon()
        self.now()


@contextmanager
def stopping(seconds: float | None, abandon: Callable[[], None]) -> Generator[Stop]:
    """Make it possible to end what runs within; and end it after a time. In the main thread only.

    Args:
        seconds: after which; None for never.
        abandon: called if it does not end within two seconds of being told to; it ends the process.
    """
    assert threading.current_thread() is threading.main_thread()
    stop = Stop(abandon)
    before = signal.signal(signal.SIGALRM, stop.handle)
    if seconds is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield stop
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
