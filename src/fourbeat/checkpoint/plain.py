"""State that can be read back without running code: tensors and plain values, nothing else."""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch

from fourbeat.errors import CheckpointError

SCALARS = (str, int, float, bool, bytes, type(None), torch.dtype, torch.device, torch.Size)


def plain(value: Any, place: str) -> Any:
    """A copy of a state tree that `torch.load(weights_only=True)` reads back.

    Tensors are kept as they are (a parameter as its data); NumPy numbers become Python's.

    Raises:
        CheckpointError: naming the place of a value that only code could restore.
    """
    if isinstance(value, torch.Tensor):
        return value.detach()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, SCALARS):
        return value
    if isinstance(value, Mapping):
        made = {
            plain(key, place): plain(item, f"{place}.{key}")
            for key, item in cast(Mapping[Any, Any], value).items()
        }
        return made if type(value) in (dict, OrderedDict, defaultdict) else dict(made)
    if isinstance(value, list | tuple):
        items = [plain(v, f"{place}[{i}]") for i, v in enumerate(cast(list[Any], value))]
        return tuple(items) if isinstance(value, tuple) else items
    raise CheckpointError(
        f"{type(value).__name__} cannot be saved without code",
        place,
        "State may hold tensors, numbers, texts, lists and dictionaries",
    )


def copy(value: Any) -> Any:
    """A state tree whose tensors share no memory with the live ones."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {key: copy(item) for key, item in cast(dict[Any, Any], value).items()}
    if isinstance(value, list | tuple):
        items = [copy(item) for item in cast(list[Any], value)]
        return tuple(items) if isinstance(value, tuple) else items
    return value
