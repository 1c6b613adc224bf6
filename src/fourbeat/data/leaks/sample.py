"""Leaks of a table that is too large to be looked at as a whole: those of rows chosen at random."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from fourbeat.data.arrow import pc
from fourbeat.data.keyed import permutation
from fourbeat.data.leaks.facts import Facts, Leak
from fourbeat.data.leaks.look import look
from fourbeat.data.split import Rows
from fourbeat.types import Values

MOST = 1_000_000
"""Rows of a streamed table that are looked at: every rule has several numbers for each row."""

KEY = 0x1EA4  # keeps the choice apart from other random numbers of the same seed


class Sampled(Mapping[str, Values]):
    """Columns cut down to some rows, each when it is asked for."""

    def __init__(self, values: Mapping[str, Values], rows: np.ndarray):
        self.values_of = values
        self.rows = rows

    def __getitem__(self, name: str) -> Values:
        return pc.take(self.values_of[name], pa.array(self.rows))

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_of)

    def __len__(self) -> int:
        return len(self.values_of)


@dataclass(frozen=True)
class Part(Facts):
    """Facts of some rows.

    Attributes:
        numbers: of these rows in the table, ascending, int64.
    """

    numbers: np.ndarray

    def where(self, row: int) -> str:
        """A row as the user finds it in the whole table."""
        return super().where(int(self.numbers[row]))


def look_at_some(facts: Facts, seed: int) -> tuple[list[Leak], list[str]]:
    """What is wrong with the data, by `MOST` rows at most.

    Args:
        facts: of the whole table.
        seed: of the choice.

    Returns:
        The findings, with row numbers of the whole table, and a note where not all rows were looked at.
    """
    many = len(facts.target)
    if many <= MOST:
        return look(facts), []
    numbers = np.sort(permutation(many, seed, KEY)[:MOST].numpy())
    part = Part(
        values=Sampled(facts.values, numbers),
        columns=facts.columns,
        target=facts.target[numbers],
        names=facts.names,
        targets=facts.targets,
        task=facts.task,
        rows=rows_in(facts.rows, numbers),
        shuffled=facts.shuffled,
        files=facts.files,
        numbers=numbers,
    )
    found = [
        replace(leak, rows=None if leak.rows is None else numbers[leak.rows]) for leak in look(part)
    ]
    note = (
        f"Leaks were looked for in {MOST:,} of the {many:,} rows, chosen at random; rows that stand in the "
        "table twice are seen only where both were chosen."
    )
    return found, [note]


def rows_in(rows: Rows, numbers: np.ndarray) -> Rows:
    """The sides of some rows, by their places among these."""
    sides = [
        np.flatnonzero(np.isin(numbers, side, assume_unique=True))
        for side in (rows.train, rows.validation, rows.test)
    ]
    return Rows(*sides, left=len(numbers) - sum(map(len, sides)))
