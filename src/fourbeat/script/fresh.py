"""The process as a new one would be, for a script that is run in it once more."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import torch

from fourbeat.checkpoint import rng
from fourbeat.receipt.code import CommandRecord, own_modules


@contextmanager
def fresh(folder: Path, command: CommandRecord) -> Generator[None]:
    """Modules of a folder unimported, generators and switches as at its start, for a while.

    A script's own modules may seed or count when they are imported; they are imported again.

    Args:
        folder: of the script.
        command: how it was started.
    """
    state, threads = rng.capture(), torch.get_num_threads()
    dtype, strict = torch.get_default_dtype(), torch.are_deterministic_algorithms_enabled()
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    gradients = torch.is_grad_enabled()
    before = forget(folder)
    if command.torch_seed is not None:
        torch.manual_seed(command.torch_seed)
    if command.random_seed is not None:
        rng.seed_others(command.random_seed)
    try:
        yield
    finally:
        forget(folder)
        sys.modules.update(before)
        rng.restore(state)
        torch.set_num_threads(threads)
        torch.set_default_dtype(dtype)
        torch.use_deterministic_algorithms(strict, warn_only=warns)
        torch.set_grad_enabled(gradients)


def forget(folder: Path) -> dict[str, ModuleType]:
    """Unimport the modules of a folder; gives them."""
    found = own_modules(folder)
    for name in found:
        del sys.modules[name]
    return found
