"""Look inside a model: shapes after each layer, statistics of activations and gradients."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from fourbeat.data.batch import device_of, inputs_and_target, tensors, to_device
from fourbeat.loop.calling import eagerly, unwrapped
from fourbeat.loop.modes import left_alone, mode


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a forward pass.

    Attributes:
        name: path in the model.
        kind: its class.
        output: shape and dtype of each tensor it gives.
        parameters: its own, without those of layers within it.
    """

    name: str
    kind: str
    output: tuple[tuple[tuple[int, ...], torch.dtype], ...]
    parameters: int


@dataclass(frozen=True, slots=True)
class Shapes:
    """All layers in the order in which they gave their output; `print` shows a table."""

    layers: tuple[Layer, ...]

    def __iter__(self) -> Any:
        return iter(self.layers)

    def __str__(self) -> str:
        rows = [("layer", "type", "output", "parameters")]
        for layer in self.layers:
            shapes = ", ".join(
                f"{shape} {str(dtype).removeprefix('torch.')}" for shape, dtype in layer.output
            )
            rows.append((layer.name or "(model)", layer.kind, shapes, f"{layer.parameters:,}"))
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        lines = [
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=False))
            + f"  {row[3]:>12}"
            for row in rows
        ]
        total = sum(layer.parameters for layer in self.layers)
        return "\n".join([*lines, f"{total:,} parameters in these layers"])


def shapes(model: nn.Module, batch: Any) -> Shapes:
    """Run one batch through a model and note what each layer gives.

    Runs in eval mode and without gradients; model and generators stay as they were.

    Args:
        model: called as `model(*inputs)`.
        batch: one input tensor, or `(input, …, target)`.

    Returns:
        A layer that is called twice stands there twice.
    """
    model = unwrapped(model)
    batch = to_device(batch, device_of(model))
    inputs = (batch,) if isinstance(batch, Tensor) else inputs_and_target(batch)[0]
    seen: list[Layer] = []

    def note(name: str) -> Any:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            given = tuple((tuple(t.shape), t.dtype) for t in tensors(output))
            own = sum(p.numel() for p in module.parameters(recurse=False))
            seen.append(Layer(name, type(module).__name__, given, own))

        return hook

    hooks = [m.register_forward_hook(note(name)) for name, m in model.named_modules()]
    try:
        with left_alone(model), eagerly(model), mode(model, training=False):
            model(*inputs)
    finally:
        for hook in hooks:
            hook.remove()
    return Shapes(tuple(seen))


@dataclass(slots=True)
class Statistics:
    """Of all values that went by.

    Attributes:
        calls: how often.
        mean, std, largest: of the last call's values; the largest by its absolute value.
        zeros: share of zeros among them.
        nonfinite: how many are NaN or infinite.
    """

    calls: int = 0
    mean: float = 0.0
    std: float = 0.0
    largest: float = 0.0
    zeros: float = 0.0
    nonfinite: int = 0

    def take(self, values: Tensor) -> None:
        """Look at a tensor."""
        flat = values.detach().double().flatten()
        self.calls += 1
        self.nonfinite = int((~flat.isfinite()).sum())
        self.mean = float(flat.mean())
        self.std = float(flat.std(unbiased=False))
        self.largest = float(flat.abs().max()) if len(flat) else 0.0
        self.zeros = float((flat == 0).double().mean())


@contextmanager
def activations(model: nn.Module) -> Generator[dict[str, Statistics]]:
    """Statistics of what each layer gives, by name, for as long as the `with` lasts.

    Its hooks are removed afterwards, come what may. They read every value and so cost time. A
    compiled model runs eagerly meanwhile.
    """
    model = unwrapped(model)
    seen: dict[str, Statistics] = {}

    def note(name: str) -> Any:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            first = next((t for t in tensors(output) if t.is_floating_point()), None)
            if first is not None:
                seen.setdefault(name, Statistics()).take(first)

        return hook

    hooks = [m.register_forward_hook(note(n)) for n, m in model.named_modules() if n]
    try:
        with eagerly(model):
            yield seen
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def gradients(model: nn.Module) -> Generator[dict[str, Statistics]]:
    """Statistics of each parameter's gradient after each backward, by name; see `activations`.

    The gradient is what has been added up so far: it is cleared by whoever clears it.
    """
    seen: dict[str, Statistics] = {}

    def note(name: str) -> Any:
        def hook(parameter: Tensor) -> None:
            seen.setdefault(name, Statistics()).take(cast(Tensor, parameter.grad))

        return hook

    hooks = [
        p.register_post_accumulate_grad_hook(note(n))
        for n, p in unwrapped(model).named_parameters()
        if p.requires_grad
    ]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()
