"""The user's own line, at this moment."""

import sys
import sysconfig
from functools import cache
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

from fourbeat.check.finding import Place
from fourbeat.observe.patch import HIDDEN

_PATHS = sysconfig.get_paths()
_FOREIGN = tuple(
    str(Path(path).resolve()) + "/"
    for path in {
        _PATHS["stdlib"],
        _PATHS["platstdlib"],
        _PATHS["purelib"],
        _PATHS["platlib"],
        str(Path(__file__).parents[1]),
    }
)


def here() -> Place | None:
    """The innermost line of the user's that is being carried out; None where there is none."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and not users(frame.f_code.co_filename):
        frame = frame.f_back
    return None if frame is None else place_of(frame)


def stack() -> list[Place]:
    """All lines of the user's that are being carried out, the innermost first."""
    found: list[Place] = []
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        if users(frame.f_code.co_filename):
            found.append(place_of(frame))
        frame = frame.f_back
    return found


@cache
def users(file: str) -> bool:
    """Whether a file's code is the user's own: not Python's, not fourbeat's, not installed."""
    if file == HIDDEN or file.startswith("<"):
        return False
    return not str(Path(file).resolve()).startswith(_FOREIGN)


def place_of(frame: FrameType) -> Place:
    """Where a frame stands."""
    return _place(frame.f_code, frame.f_lasti, frame.f_lineno)


@cache
def _place(code: CodeType, instruction: int, line: int) -> Place:
    first, last = line, line
    for start, end, _, _ in islice(code.co_positions(), instruction // 2, instruction // 2 + 1):
        first, last = start or line, end or line
    return Place(str(Path(code.co_filename).absolute()), first, last, code.co_qualname)
