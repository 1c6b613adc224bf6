"""The boosted baseline: scikit-learn's histogram gradient boosting on the same rows, if it is installed."""

import inspect
from importlib.util import find_spec
from typing import Any, cast

import numpy as np

from fourbeat.data import encode
from fourbeat.data.column import Column
from fourbeat.data.encode import Features
from fourbeat.measure.checked import Floats, Ints
from fourbeat.types import TaskName

LARGEST = 254
"""The most frequent categories of a column, which are told apart; it takes 255."""


def installed() -> bool:
    """Whether scikit-learn is."""
    return find_spec("sklearn") is not None


class Boosted:
    """One model, or one for each label.

    Args:
        columns: of the table, as they were encoded.
        task: what the target is.
        outputs: classes or labels; 1 for a quantity.
        seed: of the bins, where rows are so many that they are made of a part.
    """

    def __init__(self, columns: list[Column], task: TaskName, outputs: int, seed: int):
        self.task, self.outputs, self.seed = task, outputs, seed
        coded = [column for column in columns if column.used and encode.coded(column)]
        # Whole numbers are there as numbers already.
        self.taken = [n for n, column in enumerate(coded) if column.type == "category"]
        self.sizes = [encode.codes_of(column) for column in coded]
        self.ranks: list[Ints] = []
        self.models: list[Any] = []

    def fit(
        self, train: tuple[Features, np.ndarray], validation: tuple[Features, np.ndarray]
    ) -> None:
        """Add trees until the validation rows stop gaining.

        Args:
            train, validation: encoded rows, and class numbers of shape (rows,), or float targets of shape
                (rows, outputs).
        """
        codes = train[0].codes.numpy()
        self.ranks = [ranked(codes[:, n], self.sizes[n]) for n in self.taken]
        x, held = self.table(train[0]), self.table(validation[0])
        y, true = train[1], validation[1]
        columns = [(y, true)] if y.ndim == 1 else list(zip(y.T, true.T, strict=True))
        self.models = [self.one(x, ours, held, theirs) for ours, theirs in columns]

    def one(self, x: Floats, y: np.ndarray, held: Floats, true: np.ndarray) -> Any:
        """One model; a rate, where all training rows have the same value."""
        from sklearn import ensemble

        regression = self.task == "regression"
        if not regression:
            y, true = y.astype(np.int64), true.astype(np.int64)
            if len(np.unique(y)) == 1:
                return int(y[0])
        name = f"HistGradientBoosting{'Regressor' if regression else 'Classifier'}"
        numeric = x.shape[1] - len(self.taken)
        model: Any = getattr(ensemble, name)(
            categorical_features=list(range(numeric, x.shape[1])) or None,
            early_stopping=True,
            random_state=self.seed,
        )
        kept = np.isin(true, y) if not regression else np.ones(len(true), bool)
        if "X_val" in inspect.signature(model.fit).parameters and kept.any():
            return model.fit(x, y, X_val=held[kept], y_val=true[kept])
        return model.fit(x, y)

    def table(self, features: Features) -> Floats:
        """Numbers, then categories by their rank, float64 of shape (rows, columns)."""
        codes = features.codes.numpy()
        coded = [rank[codes[:, n]] for n, rank in zip(self.taken, self.ranks, strict=True)]
        return np.column_stack([features.numeric.numpy(), *coded]).astype(np.float64)

    def predict(self, features: Features) -> Floats:
        """Probabilities, or standardised quantities, of shape (rows, outputs)."""
        x = self.table(features)
        if self.task == "regression":
            return cast(Floats, self.models[0].predict(x))[:, None]
        if self.task == "classification":
            found = np.zeros((len(x), self.outputs))
            found[:, self.models[0].classes_] = self.models[0].predict_proba(x)
            return found
        return np.column_stack(
            [
                np.full(len(x), model) if isinstance(model, int) else model.predict_proba(x)[:, 1]
                for model in self.models
            ]
        )


def ranked(codes: Ints, size: int) -> Ints:
    """From each code to its rank by frequency in training; the rare ones share the last."""
    counts = np.bincount(codes, minlength=size)
    rank = np.empty(len(counts), np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.minimum(rank, LARGEST)
