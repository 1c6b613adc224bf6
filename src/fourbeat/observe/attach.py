"""A script that has never heard of fourbeat, observed."""

import logging
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from fourbeat.errors import FourbeatError
from fourbeat.observe.close import CloseLook
from fourbeat.observe.on_batches import attach_batches
from fourbeat.observe.on_details import attach_details
from fourbeat.observe.on_gradients import attach_gradients
from fourbeat.observe.on_models import attach_models
from fourbeat.observe.on_updates import attach_updates
from fourbeat.observe.patch import Function, around
from fourbeat.observe.script import Script
from fourbeat.observe.stream import Stream, watching

log = logging.getLogger(__name__)

_ATTACHED: list[Script] = []


@contextmanager
def attach(*, detail: bool = False) -> Generator[Stream]:
    """Make a stream of what PyTorch does, whoever calls it, until the context ends.

    The results of what runs within are the same bits as without. What belongs to an `fb.Run` is told
    on that run's own stream, and not on this one.

    Args:
        detail: whether to tell what is in `finer`, too.

    Yields:
        the stream. A reader of it comes from `watching(…)` around this, or by `stream.read_by`.

    Raises:
        FourbeatError: if it is attached already.
    """
    if _ATTACHED:
        raise FourbeatError("PyTorch's events are observed already", remedy="attach() once")
    script = Script()
    with ExitStack() as stack:
        stack.enter_context(watching(script.runs.watch))
        _ATTACHED.append(script)
        stack.callback(_ATTACHED.clear)
        attach_batches(stack, script)
        attach_models(stack, script)
        attach_gradients(stack, script)
        attach_updates(stack, script)
        if detail:
            attach_details(stack, script)
        around(stack, torch, "compile", _compiling)
        script.stream.end = script.end
        try:
            yield script.stream
        finally:
            script.end()


def close_look() -> CloseLook:
    """A mode that tells every operation of the attached script, while it is on."""
    return CloseLook(_ATTACHED[-1])


def _compiling(original: Function) -> Function:
    said = False

    def compile(*args: Any, **kwargs: Any) -> Any:
        nonlocal said
        if not said:
            said = True
            log.warning(
                "fourbeat: what is compiled cannot be seen into: of a compiled model losses, gradients "
                "and updates are seen, an optimizer's step that is compiled itself is not"
            )
        return original(*args, **kwargs)

    return compile


def go_on() -> None:
    """In a fork: this process is the script, too."""
    for script in _ATTACHED:
        script.attached = True


def _in_a_fork() -> None:
    """A worker process of a loader is not the script."""
    for script in _ATTACHED:
        script.attached = False


os.register_at_fork(after_in_child=_in_a_fork)
