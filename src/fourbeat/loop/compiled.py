"""torch.compile for a run's model, with the eager model behind it.

The model is compiled where it stands, so that its class and the names of its weights stay.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast, get_args

import torch
from torch import nn

from fourbeat.loop.calling import inner, put, roots
from fourbeat.loop.modes import kept
from fourbeat.types import CompileMode


@dataclass(frozen=True, slots=True)
class Compile:
    """How `torch.compile` is to compile a model.

    Attributes:
        mode: `default`; `reduce-overhead` with CUDA graphs; `max-autotune` (with CUDA graphs) and
            `max-autotune-no-cudagraphs` try several kernels, which takes long. `step` leaves the model
            alone and compiles whole steps, from forward to update; see `Run.train`.
        dynamic: True for graphs that take any shape, False for one a shape. Default: one for the
            first shape, a dynamic one once another comes.
        fullgraph: a graph break is an error, after which the model runs eagerly.
    """

    mode: CompileMode = "default"
    dynamic: bool | None = None
    fullgraph: bool = False

    def __post_init__(self) -> None:
        modes = get_args(CompileMode)
        if self.mode not in modes:
            raise ValueError(f"mode must be one of {', '.join(modes)}, got {self.mode!r}")


@contextmanager
def compiled(model: nn.Module, how: Compile | None, say: Callable[[str], None]) -> Generator[None]:
    """Compile a model for a while; one of parts (see `calling.roots`) part by part.

    Args:
        model: afterwards as it was.
        how: None to leave it alone.
        say: takes what happens: graph breaks, and a fall back to eager.
    """
    modules = [] if how is None or how.mode == "step" else list(roots(model).items())
    before = [(module, inner(module)) for _, module in modules]
    try:
        for name, module in modules:
            put(module, CompiledCall(name or "the model", module, cast(Compile, how), say))
        yield
    finally:
        for module, call in before:
            put(module, call)


class CompiledCall:
    """Calls a module compiled; eagerly from the first failure of the compiler on.

    The first call of each kind (training or not, with gradients or without) is made twice, so
    that a compiler that fails half-way leaves buffers and random numbers as they were.
    """

    def __init__(self, name: str, module: nn.Module, how: Compile, say: Callable[[str], None]):
        # Costs most of a second to import, and few runs compile.
        from torch._dynamo import explain  # pyright: ignore[reportPrivateImportUsage]
        from torch._dynamo.exc import TorchDynamoException

        self._explain, self._failure = explain, (TorchDynamoException, RuntimeError)
        self._name = name
        self._module = module
        self._say = say
        call: Callable[..., Any] = module._call_impl  # pyright: ignore[reportPrivateUsage]

        def eager(*args: Any, **kwargs: Any) -> Any:
            return call(*args, **kwargs)  # frames of torch.nn itself would not be compiled

        self._eager = eager
        self._call: Callable[..., Any] = torch.compile(
            self._eager, mode=how.mode, dynamic=how.dynamic, fullgraph=how.fullgraph
        )
        self._tried: set[tuple[bool, bool]] = set()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._call is self._eager:
            return self._eager(*args, **kwargs)
        kind = (self._module.training, torch.is_grad_enabled())
        try:
            if kind not in self._tried:
                with kept(self._module):
                    if not self._tried:
                        self._report(self._explain(self._eager)(*args, **kwargs))
                    self._call(*args, **kwargs)
                self._tried.add(kind)
                torch.compiler.cudagraph_mark_step_begin()
            return self._call(*args, **kwargs)
        except self._failure as error:
            outputs = self._eager(*args, **kwargs)  # an error of the model's own comes again here
            self._say(
                f"torch.compile failed on {self._name}, which runs eagerly from here on: "
                f"{type(error).__name__}: {short(error)}"
            )
            self._call = self._eager
        return outputs

    def _report(self, found: Any) -> None:
        """Say which lines break the graph."""
        places = [
            f"{frame.filename}:{frame.lineno} `{frame.line}` ({short(broken.reason)})"
            for broken in found.break_reasons
            for frame in broken.user_stack[-1:]
        ]
        if places:
            self._say(
                f"torch.compile breaks the graph of {self._name} at "
                + "; ".join(dict.fromkeys(places))
            )


def short(reason: object) -> str:
    """What a long message says in its first paragraph, on one line."""
    text = " ".join(str(reason).strip().partition("\n\n")[0].split())
    return "a branch on a tensor's value" if text.startswith("generic_jump") else text
