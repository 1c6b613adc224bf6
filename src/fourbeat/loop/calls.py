"""Which calls of the model a step made, so that they can be made again under observation."""

from collections import deque
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from fourbeat.data.batch import device_of
from fourbeat.loop.calling import inner, put, roots

MOST = 16
"""Calls that are remembered in a step, the last ones."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call in training.

    Attributes:
        name: of the module within the model, "" for the model itself.
        module: that was called.
        args, kwargs: with what, by reference.
        rng: torch's CPU generator before it, and that of the module's GPU.
    """

    name: str
    module: nn.Module
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    rng: tuple[torch.Tensor, torch.Tensor | None]

    def rewind(self) -> None:
        """Put the generators back to where they were before it."""
        cpu, gpu = self.rng
        torch.set_rng_state(cpu)
        if gpu is not None:
            torch.cuda.set_rng_state(gpu, device_of(self.module))


class Calls:
    """Remembers the calls of a model, or of its parts; see `calling.roots`."""

    def __init__(self, model: nn.Module):
        self.last: deque[Call] = deque(maxlen=MOST)
        self._roots = roots(model)

    @contextmanager
    def watched(self) -> Generator[None]:
        """Remember from here on."""
        with ExitStack() as stack:
            for name, module in self._roots.items():
                stack.callback(self._watch(module, self._hook(name, device_of(module))))
            yield

    def _watch(self, module: nn.Module, remember: Any) -> Callable[[], None]:
        """Have calls of a module remembered; gives what ends it."""
        call = inner(module)
        if call is None:
            return module.register_forward_pre_hook(remember, with_kwargs=True).remove

        def outside(*args: Any, **kwargs: Any) -> Any:
            remember(module, args, kwargs)  # a hook would be compiled with the module
            return call(*args, **kwargs)

        put(module, outside)
        return lambda: put(module, call)

    def _hook(self, name: str, device: torch.device) -> Any:
        def remember(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            if torch.is_grad_enabled():
                gpu = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
                self.last.append(Call(name, module, args, kwargs, (torch.get_rng_state(), gpu)))

        return remember
