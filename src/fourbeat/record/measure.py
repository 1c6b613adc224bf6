"""Numbers that describe tensors: norms, hashes."""

from collections.abc import Iterable, Sequence
from typing import Any

import torch
import xxhash
from torch import Tensor

from fourbeat.data.batch import tensors


def norms(values: Sequence[Tensor]) -> Tensor:
    """The 2-norm of each tensor, of shape (len(values),), on their device.

    Sparse gradients count by their values. Complex ones by their absolute values.
    """
    dense = [v.coalesce().values() if v.is_sparse else v for v in values]
    each = torch._foreach_norm(dense)  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
    kinds = {(norm.device, norm.dtype) for norm in each}
    if len(kinds) > 1:
        each = [norm.to(each[0].device, torch.float64) for norm in each]
    return torch.stack(list(each))


def raw(tensor: Tensor) -> memoryview:
    """A tensor's bytes; without a copy where it lies on the CPU in one piece."""
    flat = tensor.detach().to("cpu").contiguous().reshape(-1)
    if flat.dtype == torch.bool or flat.is_conj() or flat.is_neg():
        flat = flat.resolve_conj().resolve_neg().clone()
    array: Any = flat.view(torch.uint8).numpy()
    return memoryview(array)


def fingerprint(values: Iterable[Tensor]) -> bytes:
    """The xxh3-128 over the bytes of tensors, in their order."""
    made = xxhash.xxh3_128()
    for tensor in values:
        made.update(raw(tensor))
    return made.digest()


def hash_batch(made: xxhash.xxh3_64 | None, batch: Any) -> xxhash.xxh3_64 | None:
    """A hash (None: a new one) with a batch's bytes; None if a tensor of it is not on the CPU."""
    made = made or xxhash.xxh3_64()
    plain = type(batch) in (list, tuple) and all(isinstance(t, Tensor) for t in batch)
    found = batch if plain else list(tensors(batch))
    for tensor in found:
        if tensor.device.type != "cpu":
            return None
        try:
            array: Any = tensor.numpy()  # as it lies there
            made.update(array)
        except (TypeError, RuntimeError, ValueError):  # a dtype without a counterpart, a graph
            made.update(raw(tensor))
    return made if found else None
