"""Tracebacks as they were without fourbeat."""

from pathlib import Path
from types import TracebackType

import fourbeat
from fourbeat.observe.patch import HIDDEN

_HOME = str(Path(fourbeat.__file__).parent)
_OURS = tuple(f"{_HOME}/{room}/" for room in ("script", "observe", "pause", "cli"))


def without_ours(error: BaseException) -> None:
    """Take the frames of what runs and observes a script out of an error's traceback.

    And out of those of the errors that it came from.
    """
    seen: set[int] = set()
    errors: list[BaseException | None] = [error]
    while errors:
        one = errors.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = _kept(one.__traceback__)
        errors += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            errors += one.exceptions


def _kept(trace: TracebackType | None) -> TracebackType | None:
    frames: list[TracebackType] = []
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file != HIDDEN and not file.startswith(_OURS):
            frames.append(trace)
        elif frames and frames[-1].tb_frame.f_code.co_name == "handle_torch_function":
            del frames[-2:]  # the way to a mode of ours: the function that it replaces comes again
        trace = trace.tb_next
    kept: TracebackType | None = None
    for one in reversed(frames):
        kept = TracebackType(kept, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return kept
