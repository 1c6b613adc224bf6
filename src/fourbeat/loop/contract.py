"""Does this batch fit this model and this loss? Asked before the first step, of one batch."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from fourbeat.errors import BatchError, Problem, first_line
from fourbeat.loop.batch import describe, device_of, examples, inputs_and_target, tensors, to_device
from fourbeat.loop.modes import mode
from fourbeat.loop.validate import Loss, scalar


def check_batch(model: nn.Module, batch: Any, loss_fn: Loss | None = None) -> str:
    """Run one batch through model and loss, and say what does not fit.

    Runs in eval mode and without gradients; weights, modes and generators stay as they were.

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
    if any(is_lazy(p) for p in model.parameters()):
        return seen  # a lazy layer takes its shape, and draws its weights, in the first real step
    at: list[str] = []

    def remember(name: str) -> Callable[[nn.Module, Any], None]:
        return lambda _module, _inputs: at.append(name)

    hooks = [
        module.register_forward_pre_hook(remember(name))
        for name, module in model.named_modules()
        if not any(module.children())
    ]
    before = torch.get_rng_state()
    try:
        with mode(model, training=False), torch.no_grad():
            try:
                output = model(*inputs)
            except Exception as error:  # the model is the user's: it may raise anything
                raise BatchError(
                    explain(model, at[-1] if at else "", inputs, seen, error)
                ) from error
            if loss_fn is not None:
                check_loss(loss_fn, output, target, seen)
    finally:
        torch.set_rng_state(before)
        for hook in hooks:
            hook.remove()
    return seen


def explain(
    model: nn.Module, name: str, inputs: tuple[Any, ...], seen: str, error: Exception
) -> Problem:
    """Which layer refused the batch, and why."""
    layer = model.get_submodule(name)
    place = f"layer {name or 'model'!r}, {type(layer).__name__}; batch {seen}"
    weight = next(iter(layer.parameters()), None)
    first = next(tensors(inputs), None)
    if weight is not None and first is not None and weight.is_floating_point():
        if not first.is_floating_point() and not isinstance(layer, nn.Embedding):
            kind = str(first.dtype).removeprefix("torch.")
            return Problem(f"the features are {kind}", place, "Cast them: features.float()")
        if first.dtype != weight.dtype:
            return Problem(
                f"the features are {first.dtype}, the weights {weight.dtype}",
                place,
                f"Cast the features: features.to({weight.dtype})",
            )
    if isinstance(layer, nn.Linear) and first is not None:
        return Problem(
            f"the layer takes {layer.in_features} features: {first_line(error)}",
            place,
            "Give the first layer as many inputs as the batch has columns",
        )
    return Problem(f"the model refused the batch: {first_line(error)}", place)


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
