"""How right decisions are: figures of a confusion matrix."""

import numpy as np

from fourbeat.measure.checked import Bools, Floats, Ints


def confusion(true: Ints, said: Ints, classes: int) -> Ints:
    """Counts of shape (classes, classes): rows are the truth, columns the decision.

    Args:
        true, said: class numbers of shape (rows,).
    """
    return np.bincount(true * classes + said, minlength=classes**2).reshape(classes, classes)


def label_counts(true: Bools, said: Bools) -> Ints:
    """A confusion matrix for each label, of shape (labels, 2, 2).

    Args:
        true, said: bool of shape (rows, labels).
    """
    cells = true * 2 + said + 4 * np.arange(true.shape[1])
    return np.bincount(cells.ravel(), minlength=4 * true.shape[1]).reshape(-1, 2, 2)


def accuracy(matrix: Ints) -> float:
    """The share of right decisions."""
    return float(np.trace(matrix) / matrix.sum())


def recalls(matrix: Ints) -> Floats:
    """Of each class, the share of its rows that was found; NaN for a class without a row."""
    return ratios(np.diagonal(matrix), matrix.sum(axis=1))


def precisions(matrix: Ints) -> Floats:
    """Of each class, the share of the rows said to be of it that are; NaN where none was."""
    return ratios(np.diagonal(matrix), matrix.sum(axis=0))


def f1s(matrix: Ints) -> Floats:
    """Of each class, the harmonic mean of precision and recall; NaN where there are no rows to say it of.

    As 2 * right / (rows + said), so that it is 0 where one of the two is not defined.
    """
    return ratios(2 * np.diagonal(matrix), matrix.sum(axis=0) + matrix.sum(axis=1))


def f1(matrix: Ints) -> float:
    """Of two classes the F1 of the last one, of more the mean over those that occur.

    A class occurs if a row has it or was said to.
    """
    each = f1s(matrix)
    return float(each[-1]) if len(each) == 2 else mean(each)


def balanced_accuracy(matrix: Ints) -> float:
    """The mean recall of the classes that have rows."""
    return mean(recalls(matrix))


def mean(values: Floats) -> float:
    """The mean of those that are defined; NaN if none is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def ratios(parts: Ints, wholes: Ints) -> Floats:
    """Shares; NaN of nothing."""
    return np.divide(parts, wholes, out=np.full(len(parts), np.nan), where=wholes > 0)
