"""An update, really done, on copies."""

from collections import OrderedDict
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from fourbeat.checkpoint import rng
from fourbeat.errors import FourbeatError, first_line


def preview(optimizer: Optimizer, named: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """New minus old of each of an optimizer's parameters, by name.

    Nothing of the training is written to: the optimizer that steps here is a twin with parameters,
    gradients and state of its own, and random numbers that it draws are put back.

    Raises:
        FourbeatError: if the optimizer cannot be copied, or its step fails on the copy.
    """
    before = rng.capture()
    try:
        twins: dict[int, Any] = {}
        twin = _twin(optimizer, twins)
        step: Any = type(optimizer).step
        with torch.enable_grad():
            getattr(step, "__wrapped__", step)(twin)  # without the hooks around it
    except Exception as error:
        name = type(optimizer).__name__
        raise FourbeatError(
            f"the update of {name} cannot be previewed: {first_line(error)}", "preview"
        ) from error
    finally:
        rng.restore(before)
    with torch.no_grad():
        return {name: twins[id(p)].detach() - p.detach() for name, p in named.items()}


def _twin(optimizer: Optimizer, copies: dict[int, Any]) -> Optimizer:
    """A copy that shares nothing; `copies` gets the parameters' by their ids."""
    for group in optimizer.param_groups:
        for p in group["params"]:
            copy = p.detach().clone().requires_grad_(p.requires_grad)
            copies[id(p)] = torch.nn.Parameter(copy, p.requires_grad)
            if p.grad is not None:
                copies[id(p)].grad = p.grad.detach().clone()
    twin: Any = object.__new__(type(optimizer))
    for name, value in vars(optimizer).items():
        if name.endswith("_hooks"):
            vars(twin)[name] = OrderedDict()
        elif name != "step":  # a scheduler's, which counts
            vars(twin)[name] = deepcopy(value, copies)
    return twin
