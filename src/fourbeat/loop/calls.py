"""Which calls of the model a step made, so that they can be made again under observation."""

from collections import deque
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import torch
from torch import nn

from fourbeat.data.batch import device_of
from fourbeat.loop.calling import inner, put, roots
from fourbeat.observe.events import Forward
from fourbeat.observe.stream import Stream

MOST = 16
"""Calls that are remembered in a step, the last ones."""


@dataclass(slots=True)
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
    """Remembers the calls of a model, or of its parts; see `calling.roots`.

    Args:
        model: the model.
        stream: told of each call, if it has readers when the watch begins.
    """

    def __init__(self, model: nn.Module, stream: Stream):
        self._stream = stream
        self._start = 0.0
        self.last: deque[Call] = deque(maxlen=MOST)
        self._roots = roots(model)
        self._watching: ExitStack | None = None

    def watch(self, on: bool) -> None:
        """Remember calls from here on, or no longer."""
        if on and self._watching is None:
            self._watching = ExitStack()
            for name, module in self._roots.items():
                self._watch(name, module, self._watching)
        elif not on and self._watching is not None:
            self._watching.close()
            self._watching = None

    @contextmanager
    def watched(self) -> Generator[None]:
        """Remember calls for a while; `watch` may leave out a part of it."""
        self.watch(True)
        try:
            yield
        finally:
            self.watch(False)

    def _watch(self, name: str, module: nn.Module, stack: ExitStack) -> None:
        """Have calls of a module remembered until the stack is closed."""
        call = inner(module)
        remember = self._remembering(name, device_of(module))
        tell = self._telling(name)
        if call is None:
            told = ExitStack()
            stack.callback(told.close)

            def once(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
                told.close()
                tell(module, args, output)

            def before(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
                remember(module, args, kwargs)
                told.close()  # of a call that failed
                if self._stream.heard[Forward] and not torch.compiler.is_compiling():
                    told.enter_context(module.register_forward_hook(once))

            stack.enter_context(module.register_forward_pre_hook(before, with_kwargs=True))
            return

        def outside(*args: Any, **kwargs: Any) -> Any:
            remember(module, args, kwargs)  # a hook would be compiled with the module
            output = call(*args, **kwargs)
            tell(module, args, output)
            return output

        put(module, outside)
        stack.callback(put, module, call)

    def _telling(self, name: str) -> Any:
        def tell(module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
            if self._stream.heard[Forward] and torch.is_grad_enabled():
                seconds = perf_counter() - self._start
                self._stream.emit(Forward(name, module, args, output, seconds))

        return tell

    def _remembering(self, name: str, device: torch.device) -> Any:
        def remember(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            if not torch.compiler.is_compiling() and torch.is_grad_enabled():
                gpu = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
                self.last.append(Call(name, module, args, kwargs, (torch.get_rng_state(), gpu)))
                self._start = perf_counter()

        return remember
