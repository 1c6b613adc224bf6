"""The figures of each kind of target, of all rows or of any sample of them."""

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from fourbeat.measure import decided, ranking, scoring
from fourbeat.measure.checked import Bools, Floats, Ints, numbers, probabilities
from fourbeat.measure.ranking import Ranking


class Figures(Protocol):
    """Answers and targets of some rows, made ready for being measured many times."""

    @property
    def rows(self) -> int:
        """How many there are."""
        ...

    @property
    def outputs(self) -> int:
        """Columns of scores that are ranked: what a sample's figures cost beside its rows."""
        ...

    def of(self, rows: Ints | None = None) -> dict[str, float]:
        """Metrics by name; NaN where one is not defined.

        Args:
            rows: numbers of the rows that count, as often as they stand there. Default: each once.
        """
        ...

    def part(self, rows: Ints) -> "Figures":
        """The same of some rows alone, their scores in groups: for being sampled many times."""
        ...


class OfClasses:
    """Of one of several classes, the largest probability deciding.

    `auc` and `average_precision` are of the last class, of more than two the mean of one against the
    rest; see `decided` for `f1` and `balanced_accuracy`, `scoring` for `log_loss` and `brier`.

    Args:
        p: probabilities of shape (rows, classes).
        target: class numbers of shape (rows,).
        rough: see `Ranking`.

    Raises:
        DataError: see `probabilities`.
    """

    def __init__(self, p: Floats, target: Ints, *, rough: bool = False):
        p = probabilities(p, len(target))
        self.p, self.target = p, target
        self.rows, self.classes = p.shape
        ranked = np.arange(1, 2) if self.classes == 2 else np.arange(self.classes)
        self.outputs = len(ranked)
        scores = margins(p) if self.classes == 2 else p
        self.ranking = Ranking(scores, target[:, None] == ranked, rough=rough)
        self.cells = target * self.classes + p.argmax(axis=1)
        self.losses = np.stack([scoring.log_losses(p, target), scoring.briers(p, target)], axis=1)

    def of(self, rows: Ints | None = None) -> dict[str, float]:
        """See `Figures`."""
        counts = self.ranking.counts(rows)
        cells = self.cells if rows is None else self.cells[rows]
        size = self.classes
        matrix = np.bincount(cells, minlength=size**2).reshape(size, size)
        log_loss, brier = means(self.losses, rows)
        return {
            "accuracy": decided.accuracy(matrix),
            "balanced_accuracy": decided.balanced_accuracy(matrix),
            "f1": decided.f1(matrix),
            "auc": float(ranking.areas(counts).mean()),
            "average_precision": float(ranking.average_precisions(counts).mean()),
            "log_loss": float(log_loss),
            "brier": float(brier),
        }

    def part(self, rows: Ints) -> "OfClasses":
        """See `Figures`."""
        return OfClasses(self.p[rows], self.target[rows], rough=True)


class OfLabels:
    """Of several labels, each decided at a probability of a half; figures are means over the labels.

    `exact` is the share of rows without a wrong label. A label that has no value of a metric (F1 of
    a label that no row has or was said to have) is left out of its mean; AUC and average precision
    are NaN then, since they would be of other labels in another sample.

    Args:
        p: probabilities of shape (rows, labels).
        true: bool of the same shape.
        rough: see `Ranking`.
    """

    def __init__(self, p: Floats, true: Bools, *, rough: bool = False):
        p = probabilities(p, len(true))
        said = p >= 0.5
        self.p, self.true = p, true
        self.rows, self.outputs = p.shape
        self.ranking = Ranking(p, true, rough=rough)
        self.cells = true * 2 + said + 4 * np.arange(self.outputs)
        log_losses, briers = scoring.label_log_losses(p, true), scoring.label_briers(p, true)
        exact = (said == true).all(axis=1)
        self.each = np.stack([exact, log_losses.mean(axis=1), briers.mean(axis=1)], axis=1)

    def of(self, rows: Ints | None = None) -> dict[str, float]:
        """See `Figures`."""
        counts = self.ranking.counts(rows)
        cells = self.cells if rows is None else self.cells[rows]
        matrices = np.bincount(cells.ravel(), minlength=4 * self.outputs).reshape(-1, 2, 2)
        exact, log_loss, brier = means(self.each, rows)
        return {
            "accuracy": float(np.mean([decided.accuracy(m) for m in matrices])),
            "exact": float(exact),
            "balanced_accuracy": mean_of(decided.balanced_accuracy(m) for m in matrices),
            "f1": mean_of(decided.f1(m) for m in matrices),
            "auc": float(ranking.areas(counts).mean()),
            "average_precision": float(ranking.average_precisions(counts).mean()),
            "log_loss": float(log_loss),
            "brier": float(brier),
        }

    def part(self, rows: Ints) -> "OfLabels":
        """See `Figures`."""
        return OfLabels(self.p[rows], self.true[rows], rough=True)


class OfQuantities:
    """Of a quantity, in its own units.

    `rmse` is the root of the mean squared error, `mae` the mean absolute error, `r2` the share of the
    target's variance over the same rows that is explained; NaN where it has none.

    Args:
        said, true: of shape (rows,).
    """

    outputs = 1

    def __init__(self, said: Floats, true: Floats):
        true = numbers(true, len(said), "targets")[:, 0]
        said = numbers(said, len(true), "predictions")[:, 0]
        errors = said - true
        self.said, self.true = said, true
        self.rows = len(true)
        middle = true - true.mean()  # the variance of large numbers needs it
        self.sums = np.stack([np.square(errors), np.abs(errors), middle, middle**2], axis=1)

    def of(self, rows: Ints | None = None) -> dict[str, float]:
        """See `Figures`."""
        squared, absolute, middle, squares = means(self.sums, rows)
        variance = squares - middle**2
        return {
            "rmse": float(np.sqrt(squared)),
            "mae": float(absolute),
            "r2": float(1 - squared / variance) if variance > 1e-12 * squares else float("nan"),
        }

    def part(self, rows: Ints) -> "OfQuantities":
        """See `Figures`."""
        return OfQuantities(self.said[rows], self.true[rows])


def margins(p: Floats) -> Floats:
    """The logit of the last of two classes, of shape (rows, 1): it tells 1 - 1e-20 from 1 - 1e-30."""
    with np.errstate(divide="ignore"):
        return np.log(p[:, 1:]) - np.log(p[:, :1])


def means(values: Floats, rows: Ints | None) -> Floats:
    """The means of columns, of shape (columns,); see `Figures.of`."""
    if rows is None:
        return values.mean(axis=0)
    return np.bincount(rows, minlength=len(values)) @ values / len(rows)


def mean_of(values: Iterable[float]) -> float:
    """The mean of those that are defined; NaN if none is."""
    return decided.mean(np.array(list(values)))
