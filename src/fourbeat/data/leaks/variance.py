"""How much targets hang on what rows belong to."""

import numpy as np

SURE = 6.0
"""Standard deviations by which rows of one group must be more, or less, alike than by chance."""


def between(groups: np.ndarray, outcomes: np.ndarray) -> tuple[float, float]:
    """How much more alike rows of a group are than chance has them.

    Returns:
        In standard deviations, by the one-way analysis of variance: F is near 1 by chance, its
        variance near 2 / (groups - 1) + 2 / (rows - groups). And the share of the variance that
        lies between groups.
    """
    which = np.unique(groups, return_inverse=True)[1]
    counts = np.bincount(which).astype(np.float64)
    many, rows = len(counts), len(which)
    if not 1 < many < rows:
        return 0.0, 0.0
    centred = outcomes - outcomes.mean(axis=0)
    sums = np.stack([np.bincount(which, one) for one in centred.T], axis=1)
    inner = float((sums**2 / counts[:, None]).sum())
    total = float((centred**2).sum())
    if total <= 0:
        return 0.0, 0.0
    left = max(total - inner, 1e-12 * total)
    ratio = (inner / (many - 1)) / (left / (rows - many))
    spread = (2 / (many - 1) + 2 / (rows - many)) ** 0.5
    return (ratio - 1) / spread, inner / total
