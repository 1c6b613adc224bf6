"""Ending a script early, from within its own thread."""

import signal
import sys
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

from fourbeat.receipt.code import main_script, own_modules

AGAIN_SECONDS = 2.0
"""Time that a script has to end, once it was told to."""

SOON_SECONDS = 0.005
"""Time between two more attempts."""

LINES = 24
"""Lines that it is let go on at most, before one of them raises."""


class Stopped(SystemExit):
    """The script has been watched for long enough; it ends as by `sys.exit(0)`."""

    def __init__(self) -> None:
        super().__init__(0)


class Stop:
    """A context that ends the script which runs within.

    `error` is raised where the script stands, as Ctrl-C would be. A script that goes on all the same,
    because it catches everything in an endless loop, is told again and again: where it stands, and then
    at a line that it comes to, the next one at first, another one each time. So sooner or later the
    error is raised where no `except` is around it. How it ends, once it was told to, is of no interest.

    Only the main thread can be told again.

    Args:
        error: what is raised.
        seconds: after which to end it; None for never.

    Attributes:
        asked: whether it was told to end.
    """

    def __init__(self, error: type[BaseException], seconds: float | None = None):
        self.asked = False
        self._error = error
        self._seconds = seconds
        self._own: set[int] = set()
        self._times = self._left = 0
        self._inside = False
        self._before: Any = None
        self._trace: Any = None

    def now(self) -> NoReturn:
        """End it here.

        Raises:
            BaseException: the `error`, always.
        """
        if not self.asked:
            self.asked = True
            if self._inside:
                folder = (main_script() or Path()).parent
                modules = [sys.modules["__main__"], *own_modules(folder).values()]
                self._own = {id(vars(module)) for module in modules}
                signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS, SOON_SECONDS)
        raise self._error

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._inside, self._trace = True, sys.gettrace()
            self._before = signal.signal(signal.SIGALRM, self._alarm)
            if self._seconds is not None:
                signal.setitimer(signal.ITIMER_REAL, self._seconds)
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: TracebackType | None) -> bool:
        if self._inside:
            self._inside = False
            if self.asked or self._seconds is not None:
                signal.setitimer(signal.ITIMER_REAL, 0)
            if self._times:
                sys.settrace(self._trace)
            signal.signal(signal.SIGALRM, self._before)
        return self.asked

    def _alarm(self, number: int, frame: FrameType | None) -> None:
        """The time is over, or over again."""
        if not self.asked:
            self.now()
        self._left = self._times % LINES
        self._times += 1
        within = False
        while frame is not None:
            if id(frame.f_globals) in self._own:
                frame.f_trace, within = self._line, True
            frame = frame.f_back
        if within:  # else it has just ended
            sys.settrace(self._line)
            raise self._error

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        """As a trace function; Python takes it off when it raises."""
        if id(frame.f_globals) not in self._own:
            return None
        if event == "line":
            self._left -= 1
            if self._left < 0:
                raise self._error
        return self._line
