"""Batches of any nesting: their size, their device, their description."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, cast

import torch
from torch import Tensor, nn

from fourbeat.errors import BatchError

READ = {torch.float32, torch.float64, torch.int64, torch.int32}
"""What NumPy has as well."""


def walk(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Tensor]]:
    """Every tensor of a nested value in order, with the keys that lead to it."""
    if isinstance(value, Tensor):
        yield way, value
    elif isinstance(value, Mapping):
        for key, item in cast(Mapping[Any, Any], value).items():
            yield from walk(item, (*way, key))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(cast(list[Any], value)):
            yield from walk(item, (*way, number))


def tensors(batch: Any) -> Iterator[Tensor]:
    """Every tensor of a batch, in order."""
    return (tensor for _, tensor in walk(batch))


def examples(batch: Any) -> int:
    """How many examples a batch holds: the length of its first tensor that has one.

    Raises:
        BatchError: for a batch without such a tensor, or an empty one.
    """
    if type(batch) is tuple:  # the usual one, without the walk
        first = cast(Any, batch)[0] if batch else None
        if isinstance(first, Tensor) and first.ndim and len(first):
            return len(first)
    for tensor in tensors(batch):
        if tensor.ndim == 0:
            continue
        if len(tensor):
            return len(tensor)
        raise BatchError(f"the batch is empty: {describe(batch)}")
    raise BatchError(f"the batch holds no tensor of examples: {type(batch).__name__}")


def describe(batch: Any) -> str:
    """`(32, 2) float32, (32,) int64`."""
    return ", ".join(
        f"{tuple(tensor.shape)} {str(tensor.dtype).removeprefix('torch.')}"
        for tensor in tensors(batch)
    )


def device_of(model: nn.Module) -> torch.device:
    """Where a model lives: the device of its first parameter or buffer, else the CPU."""
    for tensor in chain(model.parameters(), model.buffers()):
        return tensor.device
    return torch.device("cpu")


def to_device(batch: Any, device: torch.device) -> Any:
    """The batch on a device; what is there already is left as it is."""
    if isinstance(batch, Tensor):
        return batch if batch.device == device else batch.to(device, non_blocking=True)
    if isinstance(batch, Mapping):
        items = cast(Mapping[Any, Any], batch).items()
        moved = {key: to_device(value, device) for key, value in items}
        # A mapping of another type, such as a tokenizer's, is made from a dict.
        return moved if isinstance(batch, dict) else cast(Any, type(batch))(moved)
    if isinstance(batch, list | tuple):
        parts = [to_device(item, device) for item in cast(list[Any], batch)]
        if isinstance(batch, tuple) and hasattr(batch, "_fields"):  # a named tuple
            return type(batch)(*parts)
        return tuple(parts) if isinstance(batch, tuple) else parts
    return batch


def is_plain(tensor: Tensor) -> bool:
    """Whether NumPy reads it where it is; on a small one its operations cost a tenth of torch's."""
    return type(tensor) is Tensor and tensor.device.type == "cpu" and tensor.dtype in READ


def inputs_and_target(batch: Any) -> tuple[tuple[Any, ...], Tensor]:
    """A batch `(input, …, target)`: what the model is called with, and the target.

    Raises:
        BatchError: for any other form.
    """
    if isinstance(batch, list | tuple):
        items = tuple(cast(list[Any], batch))
        if len(items) >= 2 and isinstance(items[-1], Tensor):
            return items[:-1], items[-1]
    raise BatchError(
        f"a batch must be (input, …, target), got {type(batch).__name__}: {describe(batch)}",
        remedy="For batches of another form, write the loop: `with fourbeat.Run(...) as run`",
    )
