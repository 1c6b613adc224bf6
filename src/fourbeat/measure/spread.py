"""A few results as one: mean, spread and the interval of the mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95
"""Share of such intervals that hold the true mean."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of several results.

    Attributes:
        mean: of the values.
        std: their standard deviation, over n - 1; NaN of one value.
        low, high: of the mean, by Student's t; NaN of one value.
    """

    mean: float
    std: float
    low: float
    high: float


def spread(values: Sequence[float], overlap: float = 0.0) -> Spread:
    """Mean, standard deviation and interval of the mean.

    Args:
        values: at least one.
        overlap: rows of the test to rows of the training, for folds: their training rows are mostly the
            same, and the variance of the mean is (1 / n + overlap) times theirs and not 1 / n times
            (Nadeau and Bengio, "Inference for the Generalization Error", Machine Learning 52, 2003).
            0 for results that share nothing but the rows.
    """
    n = len(values)
    mean = math.fsum(values) / n
    if n == 1:
        return Spread(mean, math.nan, math.nan, math.nan)
    std = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
    half = quantile(n - 1) * std * math.sqrt(1 / n + overlap)
    return Spread(mean, std, mean - half, mean + half)


def quantile(freedom: int) -> float:
    """The value that Student's t stays below in absolute value with a probability of `LEVEL`.

    By halving, over the exact sums for whole degrees of freedom (Abramowitz and Stegun, 26.7.3 and
    26.7.4).
    """
    low, high = 0.0, 1e3
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, freedom) < LEVEL else (low, middle)
    return high


def within(t: float, freedom: int) -> float:
    """The probability that Student's t is between -t and t."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(2 + odd, freedom - 1, 2):
        term *= cosine**2 * (k - 1) / k
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
