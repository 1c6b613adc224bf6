"""What a run declares before its first step, as records for the receipt."""

import re
from typing import Any, cast

import numpy as np
import torch
from torch import nn
from torch.nn.parameter import is_lazy

from fourbeat.loop.lane import Lane
from fourbeat.receipt.model import ModelRecord, OptimizerRecord

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""Where an object lies in memory: another place in every process, so no part of what it is."""


def model_record(model: nn.Module) -> ModelRecord:
    """Class, printed architecture and parameter counts."""
    parameters = list(model.parameters())
    return ModelRecord(
        name=type(model).__name__,
        architecture=ADDRESS.sub("", str(model)),
        parameters=sum(map(size, parameters)),
        trainable=sum(size(p) for p in parameters if p.requires_grad),
    )


def optimizer_record(lane: Lane) -> OptimizerRecord:
    """Class and groups: each group's options, and how many values it holds."""
    groups: list[dict[str, Any]] = []
    for group in lane.optimizer.param_groups:
        options = {key: simple(value) for key, value in group.items() if key != "params"}
        groups.append({**options, "parameters": sum(map(size, group["params"]))})
    return OptimizerRecord(
        name=type(lane.optimizer).__name__,
        groups=groups,
        scheduler=type(lane.scheduler).__name__ if lane.scheduler else None,
        schedule=lane.interval if lane.scheduler else None,
    )


def size(parameter: torch.Tensor) -> int:
    """Values in a parameter; 0 while a lazy one has no shape yet."""
    return 0 if is_lazy(parameter) else parameter.numel()


def simple(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, torch.Tensor | np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        items = cast(dict[Any, Any], value).items()
        return {str(key): simple(item) for key, item in items}
    if isinstance(value, tuple | list):
        return [simple(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    plain = isinstance(value, str | int | float | bool | None)
    return value if plain else ADDRESS.sub("", str(value))
