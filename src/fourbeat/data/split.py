"""Which rows train, validate and test; and the identity of that choice."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fourbeat.config.data import SplitConfig
from fourbeat.data.keyed import permutation
from fourbeat.data.record import SplitRecord
from fourbeat.errors import DataError, Problem
from fourbeat.types import Split, Values

SPLIT_KEY = 0x5B117  # keeps the split's random numbers apart from those of an epoch's order
FOLD_KEY = 0xF01D5  # and those of folds apart from both
NAMES: dict[str, Split] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Row numbers of each side, sorted, int64 of shape (rows,). `test` may be empty.

    Attributes:
        left: rows on no side.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    left: int = 0

    def record(
        self, method: str, seed: int | None, by: Sequence[str] = (), fold: str = ""
    ) -> SplitRecord:
        """The identity of this split.

        Args:
            method, by, fold: what made it; see `SplitRecord`.
            seed: of a random one.
        """
        sides: dict[Split, np.ndarray] = {"train": self.train, "validation": self.validation}
        if len(self.test):
            sides["test"] = self.test
        return SplitRecord(
            method=method,
            by=list(by),
            fold=fold,
            left=self.left,
            seed=seed,
            rows={name: len(rows) for name, rows in sides.items()},
            rows_sha256={
                name: hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest()
                for name, rows in sides.items()
            },
        )


def stratified(
    labels: np.ndarray, classes: Sequence[str], *, validation: float, test: float, seed: int
) -> Rows:
    """A random split that keeps each class's share, a function of the seed and the labels.

    Args:
        labels: class numbers, int64 of shape (rows,).
        classes: the label texts, for messages.
        validation, test: shares of the rows, 0 for no test rows. A side with a share gets at
            least one row of every class.
        seed: of the random order.

    Raises:
        DataError: naming each class with too few rows for that.
    """
    shares = [1 - validation - test, validation, test]
    train, held, last = dealt(labels, classes, shares, seed, SPLIT_KEY)
    return Rows(train, held, last)


def dealt(
    labels: np.ndarray, classes: Sequence[str], shares: Sequence[float], seed: int, *key: int
) -> list[np.ndarray]:
    """Sorted row numbers of each side, every class shared out among them.

    Args:
        labels: class numbers, int64 of shape (rows,).
        classes: the label texts, for messages.
        shares: of the sides. One with a share gets at least one row of every class.
        seed, *key: of the random order.

    Raises:
        DataError: naming each class with too few rows for that.
    """
    sides: list[list[np.ndarray]] = [[] for _ in shares]
    needed = sum(share > 0 for share in shares)
    problems: list[Problem] = []
    for number, name in enumerate(classes):
        rows = np.flatnonzero(labels == number)
        if len(rows) < needed:
            problems.append(
                Problem(
                    f"class {name!r} has {len(rows)} row{'s' * (len(rows) != 1)}, "
                    f"and {needed} splits need one each",
                    "",
                    "Add rows, or merge or remove the class"
                    + (" (or --set split.test=0)" if needed == 3 else ""),
                )
            )
            continue
        rows = rows[permutation(len(rows), seed, *key, number).numpy()]
        start = 0
        for side, count in zip(sides, portions(len(rows), shares), strict=True):
            side.append(rows[start : start + count])
            start += count
    if problems:
        raise DataError(problems)
    none = np.zeros(0, np.int64)
    return [np.sort(np.concatenate(side)) if side else none for side in sides]


def portions(n: int, shares: Sequence[float]) -> list[int]:
    """n things in whole portions nearest to the shares; none empty that has a share.

    The largest remainders get what rounding down leaves over (Hamilton's method).
    """
    counts = [int(n * share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: n * shares[i] - counts[i], reverse=True)
    for i in by_remainder[: n - sum(counts)]:
        counts[i] += 1
    for i, share in enumerate(shares):
        if share > 0 and counts[i] == 0:
            counts[counts.index(max(counts))] -= 1
            counts[i] = 1
    return counts


def by_column(values: Values, place: str) -> Rows:
    """The split that a column writes down, by the words of `NAMES`."""
    texts = ["" if v is None else str(v).strip().lower() for v in values.to_pylist()]
    strange = sorted({text for text in texts if text not in NAMES})
    if strange:
        raise DataError(
            f"values {strange[:5]} name no split", place, "Known: train, validation, test"
        )
    sides = np.array([NAMES[text] for text in texts])
    train, held, last = (np.flatnonzero(sides == name) for name in ("train", "validation", "test"))
    return checked(Rows(train, held, last), place)


def by_file(
    labels: np.ndarray,
    counts: Sequence[int],
    classes: Sequence[str],
    shares: SplitConfig,
    seed: int,
) -> Rows:
    """Tables one below the other: the sides that have a file of their own are its rows.

    A validation side without a file is a stratified share of the first table; a test side
    without a file stays empty.

    Args:
        labels: class numbers of all rows.
        counts: rows of the first table, the validation file and the test file; 0 for none.
    """
    first, validation_end = counts[0], counts[0] + counts[1]
    validation = np.arange(first, validation_end)
    test = np.arange(validation_end, validation_end + counts[2])
    if counts[1]:
        return Rows(np.arange(first), validation, test)
    cut = stratified(labels[:first], classes, validation=shares.validation, test=0, seed=seed)
    return Rows(cut.train, cut.validation, test)


def checked(rows: Rows, place: str) -> Rows:
    """Refuse a split without training or validation rows."""
    empty = [name for name in ("train", "validation") if not len(getattr(rows, name))]
    if empty:
        raise DataError(f"no row is marked {' or '.join(empty)}", place)
    return rows
