"""Does this batch fit this model and this loss? Asked before the first step, of one batch."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from fourbeat.data.batch import describe, device_of, examples, inputs_and_target, tensors, to_device
from fourbeat.errors import BatchError, Problem, first_line
from fourbeat.loop.calling import eagerly
from fourbeat.loop.modes import left_alone, mode
from fourbeat.loop.refused import why
from fourbeat.loop.validate import Loss, scalar


def check_batch(model: nn.Module, batch: Any, loss_fn: Loss | None = None) -> str:
    """Run one batch through model and loss, and say what does not fit.

    Runs in eval mode and without gradients; buffers, modes and all generators stay as they were.

    Args:
        model: called as `model(*inputs)`.
        batch: `(input, …, target)`.
        loss_fn: called as `loss_fn(output, target)`, left out if None.

    Returns:
        The batch's shapes and dtypes: `(6, 2) float32, (6,) int64`.

    Raises:
        BatchError: naming the tensor, layer or label that does not fit, and what to do.
    """
    seen = describe(batch)
    batch = to_device(batch, device_of(model))
    inputs, target = inputs_and_target(batch)
    n = examples(batch)
    uneven = [t for t in tensors(batch) if t.ndim == 0 or len(t) != n]
    if uneven:
        raise BatchError(f"the batch's tensors differ in length: {seen}")
    if any(is_lazy(tensor) for tensor in (*model.parameters(), *model.buffers())):
        return seen  # a lazy layer takes its shape, and draws its weights, in the first real step
    with (
        left_alone(model),
        eagerly(model),  # the layers of a compiled model call no hooks
        mode(model, training=False),
        watched(model) as entries,
    ):
        try:
            output = model(*inputs)
        except Exception as error:  # the model is the user's: it may raise anything
            last = entries[-1] if entries else None
            raise BatchError(explain(model, last, inputs, seen, error)) from error
        if loss_fn is not None:
            check_loss(loss_fn, output, target, seen)
    return seen


@dataclass(slots=True)
class Entry:
    """One call of a layer.

    Attributes:
        name: of the layer within the model, "" for the model itself.
        inputs: what it was called with.
        returned: whether it gave an output.
    """

    name: str
    layer: nn.Module
    inputs: Any
    returned: bool = False

    def __str__(self) -> str:
        return f"layer {self.name or 'model'!r}, {type(self.layer).__name__}"


@contextmanager
def watched(model: nn.Module) -> Generator[list[Entry]]:
    """The last call of a layer, of those that hold no others."""
    last: list[Entry] = []

    def entered(name: str) -> Any:
        def hook(layer: nn.Module, args: Any, kwargs: Any) -> None:
            last[:] = [Entry(name, layer, (args, kwargs))]

        return hook

    def left(_layer: nn.Module, _args: Any, _output: Any) -> None:
        last[-1].returned = True

    hooks = [
        handle
        for name, layer in model.named_modules()
        if not any(layer.children())
        for handle in (
            layer.register_forward_pre_hook(entered(name), with_kwargs=True),
            layer.register_forward_hook(left),
        )
    ]
    try:
        yield last
    finally:
        for hook in hooks:
            hook.remove()


def explain(
    model: nn.Module, last: Entry | None, inputs: tuple[Any, ...], seen: str, error: Exception
) -> Problem:
    """What refused the batch, and why: the layer that gave no output, or what follows it."""
    fact, remedy = f"the model refused the batch: {first_line(error)}", ""
    if last is None:
        return Problem(fact, f"{type(model).__name__}; batch {seen}")
    if last.returned:
        return Problem(fact, f"after {last}; batch {seen}")
    own = next(tensors(last.inputs), None)
    if own is not None:
        first = any(own is tensor for tensor in tensors(inputs))
        fact, remedy = why(last.layer, own, error, first=first) or (fact, remedy)
    return Problem(fact, f"{last}; batch {seen}", remedy)


def check_loss(loss_fn: Loss, output: Any, target: Tensor, seen: str) -> None:
    """Refuse labels that the loss would refuse, and probabilities where it takes logits."""
    if isinstance(loss_fn, nn.CrossEntropyLoss) and isinstance(output, Tensor):
        classes = output.shape[1] if output.ndim > 1 else 0
        if target.shape == output.shape[:1] and target.dtype != torch.int64:
            kind = str(target.dtype).removeprefix("torch.")
            raise BatchError(f"the labels are {kind}, not int64", seen, "Cast them: labels.long()")
        if output.ndim == 2 and target.shape == (len(output), 1):
            raise BatchError(
                f"the labels have shape {tuple(target.shape)}, not ({len(output)},)",
                seen,
                "Drop the last dimension: labels.squeeze(1)",
            )
        if target.dtype == torch.int64 and target.ndim == output.ndim - 1:
            wrong = target[(target != loss_fn.ignore_index) & ((target < 0) | (target >= classes))]
            if len(wrong):
                raise BatchError(
                    f"label {int(wrong[0])} is outside 0..{classes - 1}",
                    seen,
                    f"The model gives {classes} logits: map the labels, or widen the last layer",
                )
        if output.ndim == 2 and classes > 1 and sums_to_one(output):
            raise BatchError(
                "the model's outputs are probabilities (each row is positive and sums to 1), and "
                "cross-entropy takes logits: softmax would be applied twice",
                "",
                "Remove the softmax from the model",
            )
    compares = isinstance(loss_fn, nn.MSELoss | nn.L1Loss | nn.SmoothL1Loss | nn.HuberLoss)
    if compares and isinstance(output, Tensor) and output.shape != target.shape:
        raise BatchError(
            f"the output has shape {tuple(output.shape)} and the target {tuple(target.shape)}: the "
            "loss would compare every row with others",
            seen,
            "Give both one shape, e.g. output.squeeze(1) or target.unsqueeze(1)",
        )
    try:
        scalar(loss_fn(output, target))
    except (RuntimeError, IndexError, ValueError, TypeError) as error:
        shape = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
        raise BatchError(
            f"the loss refused the batch: {first_line(error)}",
            f"output {shape}; batch {seen}",
        ) from error


def sums_to_one(output: Tensor) -> bool:
    """Whether every row is a distribution, which logits are only by a miracle."""
    output = output.float()
    total = output.sum(dim=1)
    return bool((output >= 0).all()) and torch.allclose(total, torch.ones_like(total), atol=1e-4)
