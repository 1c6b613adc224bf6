"""Put something around a function of PyTorch's for a while."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import update_wrapper
from typing import Any

import torch

Function = Callable[..., Any]

HIDDEN = "<fourbeat, passed over like importlib._bootstrap>"
"""The file name of what is put around. `warnings` passes over frames whose file is named so, and
hence a warning of PyTorch's still points at the caller's own line."""


def transforming() -> bool:
    """Whether `torch.func` is at work: its tensors have no values that could be read."""
    return torch._C._functorch.peek_interpreter_stack() is not None  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue, reportUnknownMemberType]


def around(stack: ExitStack, owner: Any, name: str, make: Callable[[Function], Function]) -> None:
    """Replace `owner.name` by what `make` makes of it, until the stack closes.

    A function that somebody else has put there in the meantime is left alone.
    """
    original: Function = vars(owner)[name]
    made: Any = make(original)
    made.__code__ = made.__code__.replace(co_filename=HIDDEN)
    update_wrapper(made, original)
    setattr(owner, name, made)

    def put_back() -> None:
        if vars(owner).get(name) is made:
            setattr(owner, name, original)

    stack.callback(put_back)
