"""Whether two models are right equally often on the same rows."""

from math import exp, lgamma, log

from fourbeat.measure.checked import Bools


def mcnemar(first: Bools, second: Bools) -> tuple[int, int, float]:
    """McNemar's exact test (Psychometrika 12, 1947; binomial, two-sided).

    Only rows on which one is right and the other is not say which is better. If both were equally
    good, each such row would fall to either side like a coin.

    Args:
        first, second: bool of shape (rows,): which answers are right.

    Returns:
        Rows that the first alone has right, those that the second alone has, and the probability of
        so unequal a share, or a more unequal one, if both were equally good.
    """
    only_first = int((first & ~second).sum())
    only_second = int((second & ~first).sum())
    total, fewer = only_first + only_second, min(only_first, only_second)
    tail = sum(exp(log_choose(total, k) - total * log(2)) for k in range(fewer + 1))
    return only_first, only_second, min(1.0, 2 * tail)


def log_choose(n: int, k: int) -> float:
    """The logarithm of the number of ways to take k of n."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
