"""How far a figure would be another one on other rows: intervals by the bootstrap.

Percentile intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13) over
resamples of whole rows. They are not stratified: which classes a further sample would hold is a part of
the chance. Of more than some tens of thousands of scores only a part of the rows, chosen at random, is
resampled, and the spread brought to the full number by the root of the ratio; so a million rows take no
longer.
"""

from dataclasses import dataclass

import numpy as np

from fourbeat.measure.checked import Floats
from fourbeat.measure.figures import Figures

RESAMPLES = 1000
LEVEL = 0.95

SCORES = 20_000
"""Scores (rows times ranked outputs) that are resampled at most."""

FEWEST_RESAMPLED = 2_000
"""Rows that are resampled all the same, however many outputs there are."""

FEWEST = 20
"""With fewer rows than this there is no interval: their resamples say little of other rows."""

LOST = 0.05
"""With more than this share of resamples in which a figure is not defined, it has no interval."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Difference:
    """How much better or worse one model's figure is than another's on the same rows.

    Attributes:
        value: first minus second.
        interval: of 95 %; None for too few rows.
    """

    value: float
    interval: Interval | None

    @property
    def sign(self) -> int:
        """1 or -1 where the whole interval is on that side of 0; else 0: no difference is seen."""
        if self.interval is None:
            return 0
        low, high = self.interval
        return 1 if low > 0 else -1 if high < 0 else 0


def resampled_rows(figures: Figures) -> int:
    """Rows that are resampled."""
    return min(figures.rows, max(FEWEST_RESAMPLED, SCORES // figures.outputs))


def intervals(figures: Figures, seed: int) -> dict[str, Interval]:
    """An interval of 95 % for each figure that is defined.

    Args:
        figures: of all rows.
        seed: of the resamples, which are a function of it and of the number of rows.
    """
    exact = figures.of()
    ((samples, middle),) = resamples([figures], list(exact), seed)
    made = {
        name: interval(samples[:, number], middle[number], value, figures)
        for number, (name, value) in enumerate(exact.items())
    }
    return {name: ends for name, ends in made.items() if ends is not None}


def differences(one: Figures, other: Figures, names: list[str], seed: int) -> dict[str, Difference]:
    """First minus second, both on the same resampled rows.

    Args:
        one, other: figures of two models over the same rows in the same order.
        names: of the metrics.
        seed: see `intervals`.
    """
    if one.rows != other.rows:
        raise ValueError(f"{one.rows} rows cannot be paired with {other.rows}")
    first, second = one.of(), other.of()
    (a, middle_a), (b, middle_b) = resamples([one, other], names, seed)
    made: dict[str, Difference] = {}
    for number, name in enumerate(names):
        value = first[name] - second[name]
        spread, middle = a[:, number] - b[:, number], middle_a[number] - middle_b[number]
        made[name] = Difference(value, interval(spread, middle, value, one))
    return made


def resamples(each: list[Figures], names: list[str], seed: int) -> list[tuple[Floats, Floats]]:
    """Figures of the same resamples for each model, of shape (resamples, names), and those of the
    rows that were resampled, of shape (names,)."""
    source = np.random.Generator(np.random.PCG64(seed))
    rows, size = each[0].rows, resampled_rows(each[0])
    taken = np.arange(rows) if size == rows else source.choice(rows, size, replace=False)
    parts = [figures.part(taken) for figures in each]
    found = np.full((len(each), RESAMPLES, len(names)), np.nan)
    for sample in range(RESAMPLES if rows >= FEWEST else 0):
        drawn = source.integers(0, size, size)
        for model, part in enumerate(parts):
            values = part.of(drawn)
            found[model, sample] = [values[name] for name in names]
    middles = [part.of() for part in parts]
    return [
        (samples, np.array([middle[name] for name in names]))
        for samples, middle in zip(found, middles, strict=True)
    ]


def interval(samples: Floats, middle: float, exact: float, figures: Figures) -> Interval | None:
    """The middle 95 % of the resamples around a figure; None where too few have a value.

    Args:
        samples: of shape (resamples,).
        middle: of the rows that were resampled.
        exact: of all rows, their scores one by one.
        figures: for the number of rows.
    """
    known = samples[np.isfinite(samples)]
    if len(known) < (1 - LOST) * len(samples) or not np.isfinite(exact):
        return None
    shrunk = np.sqrt(resampled_rows(figures) / figures.rows)
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(exact + shrunk * (low - middle)), float(exact + shrunk * (high - middle))
