"""How a model is called: in parts, compiled in place, or within a wrapper of torch.compile."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


def roots(model: nn.Module) -> dict[str, nn.Module]:
    """What the loop calls: the model, or by name the parts of a `ModuleDict` or `ModuleList`."""
    parts = isinstance(model, nn.ModuleDict | nn.ModuleList)
    return dict(model.named_children()) if parts else {"": model}


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself, where `torch.compile(model)` has put a wrapper around it."""
    return getattr(model, "_orig_mod", model)


def inner(module: nn.Module) -> Callable[..., Any] | None:
    """What `Module.compile` has put in the place of a module's own call."""
    return module._compiled_call_impl  # pyright: ignore[reportPrivateUsage]


def put(module: nn.Module, call: Callable[..., Any] | None) -> None:
    """Put a call in that place; None to take it out."""
    module._compiled_call_impl = call  # pyright: ignore[reportPrivateUsage]


@contextmanager
def eagerly(model: nn.Module) -> Generator[None]:
    """Run a compiled model eagerly for a while, so that the hooks of its layers are called."""
    before = [(m, call) for m in model.modules() if (call := inner(m)) is not None]
    if not before and unwrapped(model) is model:
        yield
        return
    try:
        for module, _ in before:
            put(module, None)
        with torch.compiler.set_stance("force_eager"):
            yield
    finally:
        for module, call in before:
            put(module, call)
