"""What a look at a model leaves as it was: modes, buffers, random numbers."""

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from fourbeat.checkpoint import rng


@contextmanager
def mode(model: nn.Module, *, training: bool) -> Generator[None]:
    """Put the whole model into train or eval mode; afterwards every module is as it was."""
    before = [(module, module.training) for module in model.modules()]
    if any(was is not training for _, was in before):
        model.train(training)
    try:
        yield
    finally:
        for module, was in before:
            module.training = was


@contextmanager
def kept(model: nn.Module) -> Generator[None]:
    """Leave buffers and every generator as they are."""
    buffers = [
        (module, name, buffer, buffer.clone())
        for module in model.modules()
        for name, buffer in module.named_buffers(recurse=False)
        if not is_lazy(buffer)
    ]
    state = rng.capture()
    try:
        yield
    finally:
        rng.restore(state)
        with torch.no_grad():
            for module, name, buffer, value in buffers:
                setattr(module, name, buffer.copy_(value))  # the module may have set another


@contextmanager
def left_alone(model: nn.Module) -> Generator[None]:
    """Leave buffers and every generator as they are; no graph is made."""
    with kept(model), torch.no_grad():
        yield
