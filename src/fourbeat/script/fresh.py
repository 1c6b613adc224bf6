"""The process as a new one would be, for a script that is run in it once more."""

import sys
import sysconfig
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import torch

import fourbeat
from fourbeat.checkpoint import rng


@contextmanager
def fresh(folder: Path, seed: int | None) -> Generator[None]:
    """Modules of a folder unimported, torch's generators and switches as at its start, for a while.

    A script's own modules may seed or count when they are imported; they are imported again.

    Args:
        folder: of the script.
        seed: that torch's generators had in the process that ran it; None if it is not known.
    """
    state, threads = rng.capture(), torch.get_num_threads()
    dtype, strict = torch.get_default_dtype(), torch.are_deterministic_algorithms_enabled()
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    gradients = torch.is_grad_enabled()
    before = forget(folder)
    if seed is not None:
        torch.manual_seed(seed)
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
    home = folder.resolve()
    found = {
        name: module
        for name, module in list(sys.modules.items())
        if name != "__main__" and (file := file_of(module)) and own(file, home)
    }
    for name in found:
        del sys.modules[name]
    return found


def file_of(module: ModuleType) -> Path | None:
    """Where a module is, if it is a file."""
    name = getattr(module, "__file__", None)
    return Path(name).resolve() if isinstance(name, str) else None


def own(file: Path, home: Path) -> bool:
    """Whether a file is a script's own: in its folder, and no installed package."""
    paths = sysconfig.get_paths()
    installed = [paths[kind] for kind in ("stdlib", "purelib", "platlib")]
    ours = Path(fourbeat.__file__).parent
    others = [ours, *(Path(path).resolve() for path in installed)]
    return file.is_relative_to(home) and not any(file.is_relative_to(other) for other in others)
