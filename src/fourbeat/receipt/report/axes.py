"""Axes of a chart: a range that holds the values, and round numbers along it."""

import math
from dataclasses import dataclass

from fourbeat.receipt.report.wording import short_exponent

#: Beyond this a value is not drawn: sums of such values overflow.
LARGEST = 1e300

#: Values nearer to each other than this, relative to their size, are one value.
SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Axis:
    """A range with ticks.

    Attributes:
        ticks: place and label.
        log: whether equal ways are equal factors.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def at(self, value: float) -> float:
        """Where a value stands: 0 at the low end, 1 at the high end."""
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (math.log10(value) - low) / (high - low)
        return (value - self.low) / (self.high - self.low)


def round_step(span: float, goal: int) -> float:
    """The step of 1, 2 or 5 times a power of ten that cuts a span into at most `goal` pieces."""
    raw = span / goal
    power = 10.0 ** math.floor(math.log10(raw))
    return next(m * power for m in (1, 2, 5, 10, 20) if m * power >= raw * (1 - 1e-9))


def linear(low: float, high: float, goal: int = 5) -> Axis:
    """From a round number to a round number; a single value stands between two."""
    size = max(abs(low), abs(high))
    if size < 1 / LARGEST:
        low, high, goal = -1.0, 1.0, 2
    elif high - low < SAME * size:
        low, high, goal = low - size / 10, high + size / 10, 2
    step = round_step(high - low, goal)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    values = [k * step for k in range(first, last + 1)]
    return Axis(values[0], values[-1], tuple((v, label(v, step, values)) for v in values))


def label(value: float, step: float, values: list[float]) -> str:
    """A tick's number, with the digits that tell it from its neighbours."""
    size = max(abs(values[0]), abs(values[-1]))
    digit = math.floor(math.log10(step) + 1e-9)
    if 1e-3 <= size < 1e6:
        return f"{value:.{max(0, -digit)}f}"
    if abs(value) < step / 2:
        return "0"
    places = max(0, math.floor(math.log10(abs(value)) + 1e-9) - digit)
    return short_exponent(f"{value:.{places}e}")


def logarithmic(low: float, high: float) -> Axis:
    """Between powers of ten, or 2 and 5 times them where there are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    stride = math.ceil((last - first) / 6)
    factors = (1, 2, 5) if last - first <= 3 else (1,)
    marks = [m * 10.0**e for e in range(first, last + stride, stride) for m in factors]
    start = max(i for i, mark in enumerate(marks) if mark <= low * (1 + 1e-9))
    end = min(i for i, mark in enumerate(marks) if mark >= high * (1 - 1e-9))
    marks = marks[start : end + 1]
    return Axis(marks[0], marks[-1], tuple((v, short_exponent(f"{v:g}")) for v in marks), log=True)


def epochs(first: int, last: int, goal: int = 8) -> Axis:
    """Whole numbers, the first among them; a single epoch stands in the middle."""
    if first == last:
        return Axis(first - 1, first + 1, ((first, f"{first}"),))
    step = max(1, round(round_step(last - first, goal)))
    marks = [first] + [n for n in range(0, last + 1, step) if n - first > step / 2]
    return Axis(first, last, tuple((n, f"{n}") for n in marks))
