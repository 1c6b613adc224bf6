"""Train and eval modes, set for a while and put back module by module."""

from collections.abc import Generator
from contextlib import contextmanager

from torch import nn


@contextmanager
def mode(model: nn.Module, *, training: bool) -> Generator[None]:
    """Put the whole model into train or eval mode; afterwards every module is as it was."""
    before = [(module, module.training) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, was in before:
            module.training = was
