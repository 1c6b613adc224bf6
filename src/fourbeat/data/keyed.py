"""Randomness that is a function of its key: no state, no order of calls."""

import numpy as np
import torch

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""The step of splitmix64's counter: 2^64 over the golden ratio."""


def mixed(seed: int, *key: int) -> int:
    """64 bits of (seed, key) by NumPy's `SeedSequence`: neighbouring keys give unrelated ones."""
    return int(np.random.SeedSequence([seed, *key]).generate_state(1, np.uint64)[0])


def generator(seed: int, *key: int) -> torch.Generator:
    """A CPU generator that depends on (seed, key) and on nothing else."""
    return torch.Generator().manual_seed(mixed(seed, *key))


def permutation(n: int, seed: int, *key: int) -> torch.Tensor:
    """A random order of n things, int64 of shape (n,), that depends on (seed, key) alone."""
    return torch.randperm(n, generator=generator(seed, *key))


def uniforms(rows: np.ndarray, k: int, seed: int, *key: int) -> np.ndarray:
    """Random numbers of single rows, whichever rows they are asked for together with.

    Args:
        rows: row numbers, int64 of shape (n,), none negative.
        k: numbers for each row.
        seed, *key: as for `generator`.

    Returns:
        float64 of shape (n, k) in [0, 1); each depends on (seed, key, row, column) alone.
    """
    start = np.array([[mixed(seed, *key)]], np.uint64)
    streams = finalised(start + (rows.astype(np.uint64)[:, None] + np.uint64(1)) * GOLDEN)
    counters = np.arange(1, k + 1, dtype=np.uint64)[None, :] * GOLDEN
    return (finalised(streams + counters) >> np.uint64(11)) * 2.0**-53


def finalised(x: np.ndarray) -> np.ndarray:
    """splitmix64's finaliser: every bit of the result hangs on every bit of x, uint64."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
