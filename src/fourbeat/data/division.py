"""How the rows of one table are divided: at random, by group, by time, both, in folds or not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fourbeat.config.data import EQUAL_ROWS, DataConfig, SplitConfig
from fourbeat.data import grouped, schema, timed
from fourbeat.data.arrow import CAST_ERRORS
from fourbeat.data.numbers import as_numbers
from fourbeat.data.source import Source
from fourbeat.data.split import FOLD_KEY, SPLIT_KEY, Rows, dealt
from fourbeat.data.targets.target import Strata
from fourbeat.errors import DataError, Problem


@dataclass(frozen=True, slots=True)
class Material:
    """What a split goes by.

    Attributes:
        strata: whose shares a random split keeps.
        groups: of each row, int64 of shape (rows,); None for a split that knows none.
        times: of each row, float64 of shape (rows,); None for a random split.
        place: what messages call the time's column.
    """

    strata: Strata
    groups: np.ndarray | None = None
    times: np.ndarray | None = None
    place: str = ""

    @property
    def method(self) -> str:
        """What the receipt calls the split."""
        parts = ["group"] * (self.groups is not None) + ["time"] * (self.times is not None)
        return " and ".join(parts) or self.strata.method

    def some(self, rows: np.ndarray) -> "Material":
        """The same of some rows."""
        strata = replace(self.strata, numbers=self.strata.numbers[rows])
        groups, times = (None if all is None else all[rows] for all in (self.groups, self.times))
        return replace(self, strata=strata, groups=groups, times=times)

    def sides(self, shares: list[float], seed: int, *key: int) -> list[np.ndarray]:
        """Sorted row numbers of each side.

        Args:
            shares: of the sides; they sum to 1.
            seed, *key: of the random order, if there is one.
        """
        if self.times is not None:
            sides = timed.cut(self.times, shares, self.place)
            if self.groups is not None:
                sides = timed.purged(sides, self.groups, self.times)
            return sides
        if self.groups is not None:
            return grouped.deal(self.groups, self.strata.numbers, shares, seed, *key)
        return dealt(self.strata.numbers, self.strata.names, shares, seed, *key)


def check_names(source: Source, config: DataConfig, split: SplitConfig) -> None:
    """The columns that a split goes by must be there, and none the target.

    Raises:
        DataError: naming those that are not.
    """
    named = {"split.group": split.group_column, "split.time": split.time}
    problems = [
        Problem(
            f"no column {name!r}, which {option} names", source.name, f"Columns: {known(source)}"
        )
        if name not in source.columns
        else Problem(f"{option} names the target {name!r}", source.name)
        for option, name in named.items()
        if name is not None and (name in config.targets or name not in source.columns)
    ]
    if problems:
        raise DataError(problems)


def material(
    source: Source, strata: Strata, config: DataConfig, split: SplitConfig, seen: Sequence[str]
) -> Material:
    """What a split goes by, from the columns that it names.

    Args:
        seen: the columns that the model sees.

    Raises:
        DataError: for a column that holds no times.
    """
    groups = None
    if split.group == EQUAL_ROWS:
        groups = grouped.equal_rows(source.columns[name] for name in seen)
    elif split.group is not None:
        groups = grouped.codes(source.columns[split.group])
    if split.time is None:
        return Material(strata, groups)
    place = f"{source.name}, column {split.time!r}"
    values = source.columns[split.time]
    told = config.columns.get(split.time)
    column, problems = schema.decide(split.time, values, source, (), told)
    if problems:
        raise DataError(problems)
    if column.type not in ("datetime", "numeric", "id"):
        fact = f"no times to split by: it is of type {column.type}: {column.reason}"
        raise DataError(fact, place, "Say how they are written: --set data.columns.NAME.format=…")
    try:
        return Material(strata, groups, as_numbers(column, values), place)
    except CAST_ERRORS:
        raise DataError(f"{values.type} values are no times to split by", place) from None


def known(source: Source) -> str:
    """The names of a table's columns, for a message."""
    return ", ".join([*source.columns][:20]) + (", …" if len(source.columns) > 20 else "")


def by(split: SplitConfig) -> Sequence[str]:
    """The columns that a split goes by; `*` for equal rows."""
    return [name for name in (split.group, split.time) if name is not None]


def fold(split: SplitConfig) -> str:
    """Which of several folds is the test, in words."""
    again = f", repeat {split.repeat}" if split.repeat else ""
    return "" if split.folds is None else f"{split.fold + 1} of {split.folds}{again}"


def divide(material: Material, config: SplitConfig, seed: int) -> Rows:
    """The split that a configuration asks for, a function of the material and the seed.

    With folds, fold f of k is the test and a share of the rest the validation, divided the same way:
    what is chosen on validation rows never sees a test row. By time, the test is block f + 1 of
    k + 1, and the rest what is older.

    Raises:
        DataError: if a side stays empty, or a class has too few rows.
    """
    everything = np.arange(len(material.strata.numbers))
    if config.folds is None:
        shares = [1 - config.validation - config.test, config.validation, config.test]
        shares = shares if config.test else shares[:2]
        sides = material.sides(shares, seed, SPLIT_KEY)
        return whole([*sides, np.zeros(0, np.int64)][:3], len(everything))
    if material.times is not None:
        blocks = material.sides([1 / (config.folds + 1)] * (config.folds + 1), seed)
        test = blocks[config.fold + 1]
        rest = np.sort(np.concatenate(blocks[: config.fold + 1]))
    else:
        key = (FOLD_KEY, config.repeat)
        test = material.sides([1 / config.folds] * config.folds, seed, *key)[config.fold]
        rest = np.setdiff1d(everything, test)
    inner = material.some(rest)
    if inner.groups is not None:
        inner = replace(inner, groups=np.unique(inner.groups, return_inverse=True)[1])
    train, validation = inner.sides([1 - config.validation, config.validation], seed, SPLIT_KEY)
    return whole([rest[train], rest[validation], test], len(everything))


def whole(sides: list[np.ndarray], rows: int) -> Rows:
    """A split, if no side is empty that should not be.

    Raises:
        DataError: naming the empty side.
    """
    for name, side in zip(("training", "validation"), sides, strict=False):
        if not len(side):
            why = ": all groups have rows on an earlier side" if rows > sum(map(len, sides)) else ""
            raise DataError(f"no row is left for {name}{why}", remedy="Split otherwise")
    return Rows(*sides, left=rows - sum(map(len, sides)))
