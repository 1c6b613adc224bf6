"""Numbers with heavy tails by their quantiles: each as the normal score of its rank in training."""

from statistics import NormalDist

import numpy as np

KNOTS = 129
"""Quantiles that are kept at most; between two of them the map is straight."""

FAR = 30.0
"""Standard deviations."""

END = 1e-3
"""The lowest and the highest value have this level and one minus it: scores of -3.09 and 3.09."""


def knots(known: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Pairs of a value and its normal score, both rising.

    A value that stands at several quantiles has the middle of their levels. Infinite values count
    as the lowest and the highest of the others.

    Args:
        known: of the training rows, float64 of shape (n,), at least one of them finite.
    """
    finite = known[np.isfinite(known)]
    clipped = np.clip(known, finite.min(), finite.max())
    levels = np.linspace(0, 1, min(KNOTS, len(clipped)))
    values = np.quantile(clipped, levels, method="inverted_cdf")
    different = np.unique(values)
    first = np.searchsorted(values, different, side="left")
    last = np.searchsorted(values, different, side="right") - 1
    middle = np.clip((levels[first] + levels[last]) / 2, END, 1 - END)
    normal = NormalDist()
    return tuple(
        (float(value), normal.inv_cdf(float(level)))
        for value, level in zip(different, middle, strict=True)
    )


def heavy(known: np.ndarray) -> bool:
    """Whether the tails of a column are heavy: a value lies more than `FAR` deviations out.

    Args:
        known: of the training rows, float64 of shape (n,).
    """
    spread = known.std()
    return bool(spread > 0 and np.abs(known - known.mean()).max() > FAR * spread)


def mapped(numbers: np.ndarray, pairs: tuple[tuple[float, float], ...]) -> np.ndarray:
    """Numbers as normal scores, float64; NaN stays, what is outside of the knots is at their ends."""
    values, scores = np.array(pairs).T
    return np.interp(np.clip(numbers, values[0], values[-1]), values, scores)
