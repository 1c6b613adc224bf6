"""Every generator that training may draw from, as plain values and back."""

import hashlib
import random
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import torch

State = dict[str, Any]


def capture(generators: Sequence[torch.Generator] = ()) -> State:
    """The state of torch (CPU and CUDA), NumPy and Python, and of the generators given."""
    version, internal, gauss = random.getstate()
    name, keys, position, has_gauss, cached = cast(
        tuple[str, np.ndarray, int, int, float], np.random.get_state(legacy=True)
    )
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": [name, torch.from_numpy(keys.astype(np.int64)), position, has_gauss, cached],
        "python": [version, torch.tensor(internal, dtype=torch.int64), gauss],
        "generators": [g.get_state() for g in generators],
    }


def restore(state: State, generators: Sequence[torch.Generator] = ()) -> None:
    """Put every generator back to where `capture` saw it."""
    torch.set_rng_state(state["torch"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
    name, keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), position, has_gauss, cached))
    version, internal, gauss = state["python"]
    random.setstate((version, tuple(internal.tolist()), gauss))
    for generator, own in zip(generators, state["generators"], strict=False):
        generator.set_state(own)


def digest(state: State) -> str:
    """The sha256 of captured states, in hexadecimal."""
    made = hashlib.sha256()

    def take(value: Any) -> None:
        if isinstance(value, torch.Tensor):
            made.update(value.numpy().tobytes())
        elif isinstance(value, dict | list):
            items = cast(Any, value).items() if isinstance(value, dict) else enumerate(value)  # pyright: ignore[reportUnknownArgumentType]
            for key, item in items:
                made.update(f"{key}:".encode())
                take(item)
        else:
            made.update(repr(value).encode())

    take(state)
    return made.hexdigest()


def same(one: State, other: State) -> bool:
    """Whether the global generators stand alike in two captured states."""
    names = ("torch", "cuda", "numpy", "python")
    return digest({n: one[n] for n in names}) == digest({n: other[n] for n in names})


def seed_everything(seed: int) -> None:
    """Seed torch (all devices), NumPy's global generator and Python's `random`."""
    torch.manual_seed(seed)
    seed_others(seed)


def seed_others(seed: int) -> None:
    """Seed NumPy's global generator and Python's `random`."""
    np.random.seed(seed % 2**32)
    random.seed(seed)
