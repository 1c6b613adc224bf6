"""Temperature scaling: logits divided by one number, so that probabilities come true as often as they say.

Guo, Pleiss, Sun and Weinberger, On Calibration of Modern Neural Networks, ICML 2017.
"""

from collections.abc import Callable

import numpy as np

from fourbeat.measure.checked import Bools, Floats, Ints

RANGE = (0.05, 20.0)
"""Temperatures that are looked at. Without an error in the rows the best one would be 0."""

TOLERANCE = 1e-10


def softmax(logits: Floats) -> Floats:
    """Probabilities of shape (rows, classes)."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def sigmoid(logits: Floats) -> Floats:
    """Probabilities of the same shape."""
    raised = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1, raised) / (1 + raised)


def of_classes(logits: Floats, target: Ints) -> float:
    """The temperature with the smallest mean logarithmic loss.

    Args:
        logits: of shape (rows, classes).
        target: class numbers of shape (rows,).
    """
    own = logits[np.arange(len(logits)), target]

    def slope(sharpness: float) -> tuple[float, float]:
        p = softmax(sharpness * logits)
        expected = (p * logits).sum(axis=1)
        spread = (p * np.square(logits)).sum(axis=1) - np.square(expected)
        return float((expected - own).mean()), float(spread.mean())

    return 1 / lowest(slope)


def of_label(logits: Floats, true: Bools) -> float:
    """The temperature of one label's logits, of shape (rows,); see `of_classes`."""

    def slope(sharpness: float) -> tuple[float, float]:
        p = sigmoid(sharpness * logits)
        return float(((p - true) * logits).mean()), float((p * (1 - p) * logits**2).mean())

    return 1 / lowest(slope)


def lowest(slope: Callable[[float], tuple[float, float]]) -> float:
    """Where a convex function of the inverse temperature is lowest, within the range.

    Newton's steps, and halving where one would leave what is left of the range.

    Args:
        slope: gives the first and the second derivative.
    """
    low, high = 1 / RANGE[1], 1 / RANGE[0]
    if slope(low)[0] >= 0:
        return low
    if slope(high)[0] <= 0:
        return high
    at = 1.0
    for _ in range(100):
        first, second = slope(at)
        low, high = (at, high) if first < 0 else (low, at)
        step = at - first / second if second > 0 else low
        following = step if low < step < high else (low + high) / 2
        if abs(following - at) <= TOLERANCE * at:
            return following
        at = following
    return at
