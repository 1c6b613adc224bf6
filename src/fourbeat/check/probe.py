"""Trying something out on a copy of a model, without a trace in the script."""

import io
import random
from collections.abc import Generator, Sequence
from contextlib import contextmanager, redirect_stdout
from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fourbeat.check.facts import Facts
from fourbeat.check.look import each_tensor


def answers(
    facts: Facts, module: nn.Module, batches: Sequence[tuple[Any, ...]]
) -> list[list[Tensor]] | None:
    """What a copy of a model in evaluation mode answers; None where it cannot be copied or called.

    No random number is taken from the script, nothing is printed, and no event is told.

    Args:
        facts: of the script.
        module: the model.
        batches: arguments of each call.
    """
    with _unseen(facts):
        try:
            copy = deepcopy(module).eval()
            return [list(each_tensor(copy(*deepcopy(batch)))) for batch in batches]
        except Exception:
            return None


def rows_are_mixed(
    facts: Facts, module: nn.Module, inputs: tuple[Any, ...], dim: int = 0
) -> bool | None:
    """Whether a model's answers for permuted rows are other than its answers, permuted.

    Args:
        facts: of the script.
        module: the model.
        inputs: of a call; tensors of as many rows as the first one are permuted together.
        dim: of the first input in which its rows lie; those of answers lie in dimension 0.

    Returns:
        None where it cannot be tried.
    """
    first = next(each_tensor(inputs), None)
    if first is None or first.dim() <= dim or first.shape[dim] < 3:
        return None
    n = first.shape[dim]
    order = torch.arange(n - 1, -1, -1, device=first.device)

    def turned(one: Any) -> Any:
        for where in (dim, 0):
            if isinstance(one, Tensor) and one.dim() > where and one.shape[where] == n:
                return one.index_select(where, order.to(one.device))
        return one

    both = answers(facts, module, [inputs, tuple(map(turned, inputs))])
    if both is None:
        return None
    pairs = [(a, b) for a, b in zip(*both, strict=False) if _has_rows(a, n) and a.shape == b.shape]
    if not pairs:
        return None
    return any(not _close(a[order.to(a.device)], b) for a, b in pairs)


def rows_see_others(facts: Facts, module: nn.Module, inputs: tuple[Any, ...]) -> bool | None:
    """Whether a model's answers for the second half of a batch are other ones without the first half.

    Args:
        facts: of the script.
        module: the model.
        inputs: of a call; of tensors with as many rows as the first one the second half is given.

    Returns:
        None where it cannot be tried.
    """
    first = next(each_tensor(inputs), None)
    if first is None or first.dim() == 0 or len(first) < 3:
        return None
    n = len(first)
    half = tuple(one[n // 2 :] if _has_rows(one, n) else one for one in inputs)
    both = answers(facts, module, [inputs, half])
    pairs = [] if both is None else [(a[n // 2 :], b) for a, b in zip(*both, strict=False)]
    pairs = [(a, b) for a, b in pairs if a.shape == b.shape]
    return any(not _close(a, b) for a, b in pairs) if pairs else None


def _has_rows(one: Any, n: int) -> bool:
    return isinstance(one, Tensor) and one.dim() > 0 and len(one) == n


def _close(a: Tensor, b: Tensor) -> bool:
    return torch.allclose(a.float(), b.float(), rtol=1e-3, atol=1e-4, equal_nan=True)


@contextmanager
def _unseen(facts: Facts) -> Generator[None]:
    hushed, state, numbers = facts.stream.hushed, random.getstate(), np.random.get_state()
    facts.stream.hushed = True
    try:
        with torch.random.fork_rng(), torch.no_grad(), redirect_stdout(io.StringIO()):
            yield
    finally:
        facts.stream.hushed = hushed
        random.setstate(state)
        np.random.set_state(numbers)
