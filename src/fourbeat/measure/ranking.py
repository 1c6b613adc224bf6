"""How well scores order rows: the area under the ROC curve, and average precision."""

import numpy as np

from fourbeat.measure.checked import Bools, Floats, Ints

GROUPS = 512
"""Groups of rows with neighbouring scores that a resample tells apart, where there are more scores."""


class Ranking:
    """Rows in the order of their scores, for each of several outputs.

    A row falls into one of two cells for each output: the group of its score, and whether it is
    positive. All figures are functions of the cells' counts, so those of a resample cost one count.

    Args:
        scores: of shape (rows, outputs), any that grow with the probability.
        positive: bool of the same shape.
        rough: group neighbouring scores, where there are more than `GROUPS`; they count as ties.

    Attributes:
        cells: int64 of shape (rows, outputs): truth, output and group as one number.
        shape: two, outputs and groups.
    """

    def __init__(self, scores: Floats, positive: Bools, *, rough: bool = False):
        rows, outputs = scores.shape
        pairs = zip(scores.T, positive.T, strict=True)
        groups = [grouped(column, true, rough=rough) for column, true in pairs]
        width = max(int(group.max()) + 1 for group in groups)
        self.shape = (2, outputs, width)
        self.cells = np.empty((rows, outputs), np.int64)
        for number, group in enumerate(groups):
            self.cells[:, number] = (positive[:, number] * outputs + number) * width + group

    def counts(self, rows: Ints | None = None) -> Ints:
        """Rows in each cell, of shape (2, outputs, groups): negative and positive ones, groups from
        the lowest score up.

        Args:
            rows: numbers of the rows that count, as often as they stand there. Default: each once.
        """
        taken = self.cells if rows is None else self.cells[rows]
        two, outputs, width = self.shape
        return np.bincount(taken.ravel(), minlength=two * outputs * width).reshape(self.shape)


def grouped(scores: Floats, positive: Bools, *, rough: bool) -> Ints:
    """The number of each score's group, from the lowest up; equal scores share one.

    Rough groups hold about as many positive rows each, or as many negative ones, so that a few
    positive rows at the top stay apart: average precision is made of them.

    Args:
        scores: of shape (rows,).
        positive: bool of shape (rows,).
    """
    if not rough or len(scores) <= GROUPS:
        return np.unique(scores, return_inverse=True)[1]
    shares = np.arange(1, GROUPS // 2) / (GROUPS // 2)
    kinds = [kind for kind in (scores[positive], scores[~positive]) if len(kind)]
    edges = np.unique(np.concatenate([np.quantile(k, shares, method="higher") for k in kinds]))
    return np.searchsorted(edges, scores, side="right").astype(np.int64)


def areas(counts: Ints) -> Floats:
    """The area under the ROC curve of each output; NaN without a positive or a negative row.

    It is the share of the pairs of a positive and a negative row in which the positive one has the
    higher score, ties counting half (Hanley and McNeil, Radiology 143, 1982).

    Args:
        counts: see `Ranking.counts`.
    """
    negative, positive = counts
    below = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    won = (positive * below).sum(axis=1)
    return np.divide(won, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def average_precisions(counts: Ints) -> Floats:
    """Average precision of each output; NaN without a positive row.

    The sum over the thresholds, from the highest score down, of the precision there times the recall
    gained there. Nothing is interpolated: that would be too good (Davis and Goadrich, ICML 2006).

    Args:
        counts: see `Ranking.counts`.
    """
    negative, positive = counts[:, :, ::-1]
    found = np.cumsum(positive, axis=1)
    said = found + np.cumsum(negative, axis=1)
    gained = (positive * (found / np.maximum(said, 1))).sum(axis=1)
    total = found[:, -1]
    return np.divide(gained, total, out=np.full(len(total), np.nan), where=total > 0)


def roc_auc(scores: Floats, positive: Bools) -> float:
    """The mean of the outputs' areas under the ROC curve; NaN if one of them has none.

    Args:
        scores: of shape (rows, outputs).
        positive: bool of the same shape.
    """
    return float(areas(Ranking(scores, positive).counts()).mean())


def average_precision(scores: Floats, positive: Bools) -> float:
    """The mean of the outputs' average precisions; NaN if one of them has none. See `roc_auc`."""
    return float(average_precisions(Ranking(scores, positive).counts()).mean())
