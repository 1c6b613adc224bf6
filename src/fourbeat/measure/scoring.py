"""How good probabilities are, row by row: logarithmic loss and Brier score."""

import numpy as np

from fourbeat.measure.checked import Bools, Floats, Ints

LEAST = float(np.finfo(np.float64).eps)
"""A smaller probability counts as this in the logarithmic loss, so that one row cannot make it infinite."""


def log_losses(p: Floats, target: Ints) -> Floats:
    """Minus the natural logarithm of the probability of the class that it was, float64 of shape (rows,).

    Args:
        p: probabilities of shape (rows, classes).
        target: class numbers of shape (rows,).
    """
    return -np.log(np.maximum(p[np.arange(len(p)), target], LEAST))


def briers(p: Floats, target: Ints) -> Floats:
    """Squared errors of the probabilities, float64 of shape (rows,).

    Of two classes that of the last one, between 0 and 1; of more their sum over the classes, between
    0 and 2 (Brier, Monthly Weather Review 78, 1950, whose sum for two classes is twice ours).
    """
    if p.shape[1] == 2:
        return np.square(p[:, 1] - (target == 1))
    true = np.zeros_like(p)
    true[np.arange(len(p)), target] = 1
    return np.square(p - true).sum(axis=1)


def label_log_losses(p: Floats, true: Bools) -> Floats:
    """The logarithmic loss of each label's two answers, float64 of shape (rows, labels)."""
    return -np.log(np.maximum(np.where(true, p, 1 - p), LEAST))


def label_briers(p: Floats, true: Bools) -> Floats:
    """The squared errors of the labels' probabilities, float64 of shape (rows, labels)."""
    return np.square(p - true)
