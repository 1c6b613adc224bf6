"""Try something with a model and an optimizer, and leave no trace."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.optim import Optimizer

from fourbeat.checkpoint import objects, rng
from fourbeat.checkpoint.plain import copy
from fourbeat.loop.modes import mode
from fourbeat.loop.position import untouched


@contextmanager
def rehearsal(model: nn.Module, optimizer: Optimizer, loader: Any = None) -> Generator[None]:
    """Afterwards model, gradients, modes, optimizer and every generator are as they were.

    Args:
        model: goes into train mode for the while.
        optimizer: over its parameters.
        loader: whose own generators are put back too.
    """
    saved = copy(objects.model_state(model))
    state = copy(optimizer.state_dict())
    gradients = [(p, p.grad) for p in model.parameters()]
    numbers = rng.capture()
    for parameter, _ in gradients:
        parameter.grad = None
    try:
        with untouched(loader), mode(model, training=True):
            yield
    finally:
        objects.restore_model(model, saved)
        objects.restore_optimizer(optimizer, state)
        for parameter, gradient in gradients:
            parameter.grad = gradient
        rng.restore(numbers)
