"""The identity by which two trainings are equal."""

import hashlib
from collections.abc import Mapping
from typing import Any

import torch


def weights_sha256(state: Mapping[str, Any]) -> str:
    """Hash a state dict: two trainings gave equal weights exactly when this is equal.

    For each tensor, sorted by name: the UTF-8 text `name dtype shape` (the dtype without
    `torch.`, the shape as `[2, 3]`), a zero byte, and the elements' bytes in row-major order.

    Args:
        state: names to tensors, on any device; other values are left out.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in sorted(state):
        value = state[name]
        if isinstance(value, torch.Tensor):
            kind = str(value.dtype).removeprefix("torch.")
            digest.update(f"{name} {kind} {list(value.shape)}".encode() + b"\0")
            flat = value.detach().cpu().contiguous().flatten()
            digest.update(flat.view(torch.uint8).numpy().data if flat.numel() else b"")
    return digest.hexdigest()
