"""Which calls of the model a step made, so that they can be made again under observation."""

from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

MOST = 16
"""Calls that are remembered in a step, the last ones."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call in training.

    Attributes:
        name: of the module within the model, "" for the model itself.
        module: that was called.
        args, kwargs: with what, by reference.
        rng: torch's CPU generator before it.
    """

    name: str
    module: nn.Module
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    rng: torch.Tensor


class Calls:
    """Remembers the calls of a model; a `ModuleDict` or `ModuleList` is its parts."""

    def __init__(self, model: nn.Module):
        self.last: deque[Call] = deque(maxlen=MOST)
        parts = isinstance(model, nn.ModuleDict | nn.ModuleList)
        self._roots = dict(model.named_children()) if parts else {"": model}

    @contextmanager
    def watched(self) -> Generator[None]:
        """Remember from here on."""
        hooks = [
            module.register_forward_pre_hook(self._hook(name), with_kwargs=True)
            for name, module in self._roots.items()
        ]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()
            self.last.clear()

    def _hook(self, name: str) -> Any:
        def remember(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            if torch.is_grad_enabled():
                self.last.append(Call(name, module, args, kwargs, torch.get_rng_state()))

        return remember
