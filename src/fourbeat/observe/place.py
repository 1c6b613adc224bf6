"""The user's own line, at this moment."""

import dis
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from fourbeat.finding import Place
from fourbeat.observe.patch import HIDDEN

_PATHS = sysconfig.get_paths()
_FOREIGN = tuple(
    str(Path(path).resolve()) + "/"
    for path in {
        _PATHS["stdlib"],
        _PATHS["platstdlib"],
        _PATHS["purelib"],
        _PATHS["platlib"],
        _PATHS["scripts"],
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


def outside_of(within: Callable[[Any], bool]) -> Place | None:
    """The innermost line of the user's that is not in a method of certain objects.

    Args:
        within: whether an object is one of them.
    """
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        if users(frame.f_code.co_filename) and not within(frame.f_locals.get("self")):
            return place_of(frame)
        frame = frame.f_back
    return None


def running(owner: object) -> bool:
    """Whether a method of an object is being carried out."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and frame.f_locals.get("self") is not owner:
        frame = frame.f_back
    return frame is not None


def discarded() -> bool:
    """Whether the user's line throws away the result of the call that it is in."""
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and not users(frame.f_code.co_filename):
        frame = frame.f_back
    return frame is not None and frame.f_lasti in _thrown_away(frame.f_code)


@cache
def _thrown_away(code: CodeType) -> frozenset[int]:
    steps = list(dis.get_instructions(code))
    return frozenset(one.offset for one, after in pairwise(steps) if after.opname == "POP_TOP")


def frames() -> list[FrameType]:
    """The user's frames at this moment, the innermost first."""
    found: list[FrameType] = []
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        if users(frame.f_code.co_filename):
            found.append(frame)
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
