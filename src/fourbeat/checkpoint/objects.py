"""A model's and an optimizer's state, and its return without a cast."""

from typing import Any, cast

import torch
from torch import nn
from torch.optim import Optimizer

from fourbeat.errors import CheckpointError


def model_state(model: nn.Module) -> dict[str, Any]:
    """The state dict, the buffers that a state dict leaves out, and what is frozen."""
    state = model.state_dict()
    hidden = {name: b for name, b in model.named_buffers() if name not in state}
    frozen = [name for name, p in model.named_parameters() if not p.requires_grad]
    return {"state": dict(state), "hidden_buffers": hidden, "frozen": frozen}


def restore_model(model: nn.Module, saved: dict[str, Any]) -> None:
    """Copy saved values into the model's own tensors.

    Raises:
        CheckpointError: if the model has other tensors than the saved one.
    """
    try:
        model.load_state_dict(saved["state"])
    except RuntimeError as error:
        raise CheckpointError(
            f"the model is not the one that was saved: {error}",
            remedy="Build the same model, or train into a new directory",
        ) from None
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name not in saved["frozen"])
    buffers = dict(model.named_buffers())
    for name, value in saved["hidden_buffers"].items():
        if name in buffers:
            buffers[name].copy_(value)
        else:  # one that the model makes on the way
            owner, _, short = name.rpartition(".")
            place = model.get_submodule(owner)
            place.register_buffer(short, value.clone(), persistent=False)


def restore_optimizer(optimizer: Optimizer, saved: dict[str, Any]) -> None:
    """Load an optimizer's state with the saved dtypes.

    `Optimizer.load_state_dict` casts floating-point statistics to their parameter's dtype, which
    rounds fp32 moments of a bf16 parameter; so the saved tensors are put in place afterwards.

    Raises:
        CheckpointError: if the optimizer has other groups or parameters.
    """
    try:
        optimizer.load_state_dict(saved)
    except (ValueError, KeyError) as error:
        raise CheckpointError(
            f"the optimizer is not the one that was saved: {error}",
            remedy="Build the same optimizer, or train into a new directory",
        ) from None
    parameters: list[torch.Tensor] = [p for g in optimizer.param_groups for p in g["params"]]
    numbers: list[int] = [n for g in saved["param_groups"] for n in g["params"]]
    for number, parameter in zip(numbers, parameters, strict=True):
        if number in saved["state"]:
            loaded = optimizer.state[parameter]
            optimizer.state[parameter] = uncast(loaded, saved["state"][number])


def uncast(loaded: Any, saved: Any) -> Any:
    """The saved values in the places, and on the devices, of the loaded ones."""
    if isinstance(saved, torch.Tensor):
        return saved.to(loaded.device, copy=True)
    if isinstance(saved, dict):
        items = cast(dict[Any, Any], saved).items()
        return {key: uncast(loaded[key], value) for key, value in items}
    if isinstance(saved, list | tuple):
        made = [uncast(a, b) for a, b in zip(loaded, cast(list[Any], saved), strict=True)]
        return tuple(made) if isinstance(saved, tuple) else made
    return loaded
