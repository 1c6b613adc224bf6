"""What a script calls its models and optimizers: the variables in its frames."""

import inspect
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from types import FrameType, ModuleType
from typing import Any, cast

from torch import nn
from torch.optim import Optimizer

_NOT_THE_SCRIPT = {"torch", "fourbeat", "runpy", "importlib", "contextlib", "functools"}
_SCRIPTS_OF_OURS = ("fourbeat.loop.fit", "fourbeat.labs.")

_MANY = 100
"""Things that are looked at in one list, dict or object."""


def script_frames() -> Iterator[FrameType]:
    """The frames of a script, the innermost first: neither torch's nor fourbeat's own.

    The loop of `fit` and the labs are scripts as well.
    """
    frame: FrameType | None = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] not in _NOT_THE_SCRIPT or module.startswith(_SCRIPTS_OF_OURS):
            yield frame
        frame = frame.f_back


def held() -> Iterator[tuple[str, nn.Module | Optimizer]]:
    """Models and optimizers that the script's variables hold, the innermost frame's first.

    Also those in the attributes of an object (`self.model`) and in a list or dict.
    """
    for frame in script_frames():
        local, everywhere = frame.f_locals, frame.f_globals
        for variables in (local, everywhere) if local is not everywhere else (local,):
            for name, value in list(variables.items()):
                yield from _within(name, value)
        _forget(frame, local)


def _within(name: str, value: Any) -> Iterator[tuple[str, nn.Module | Optimizer]]:
    """A variable's value if it is one, or those that it holds; no code of the script's is run."""
    kind: type[Any] = type(value)
    if issubclass(kind, nn.Module | Optimizer):
        yield name, value
    elif issubclass(kind, dict):
        yield from _those(dict.items(value))
    elif issubclass(kind, list | tuple):
        yield from _those(
            (f"{name}{number}", item) for number, item in enumerate(islice(value, _MANY))
        )
    elif not issubclass(kind, type | ModuleType):
        try:
            attributes = object.__getattribute__(value, "__dict__")
        except AttributeError:
            return
        if type(attributes) is dict:
            yield from _those(cast(dict[str, Any], attributes).items())


def _those(items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, nn.Module | Optimizer]]:
    for name, value in list(islice(items, _MANY)):
        if type(name) is str and issubclass(type(value), nn.Module | Optimizer):
            yield name, value


def _forget(frame: FrameType, local: dict[str, Any]) -> None:
    """Before Python 3.13 a frame keeps the dict of its locals: batches would live on in it.

    Not under a debugger, which writes that dict back.
    """
    optimized = frame.f_code.co_flags & inspect.CO_OPTIMIZED
    if sys.version_info < (3, 13) and optimized and sys.gettrace() is None:
        local.clear()
