"""Randomness that is a function of its key: no state, no order of calls."""

import numpy as np
import torch


def generator(seed: int, *key: int) -> torch.Generator:
    """A CPU generator that depends on (seed, key) and on nothing else.

    The key is mixed by NumPy's `SeedSequence`, so that neighbouring keys give unrelated streams.
    """
    mixed = np.random.SeedSequence([seed, *key]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(mixed))


def permutation(n: int, seed: int, *key: int) -> torch.Tensor:
    """A random order of n things, int64 of shape (n,), that depends on (seed, key) alone."""
    return torch.randperm(n, generator=generator(seed, *key))
