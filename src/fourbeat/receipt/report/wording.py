"""How values of a receipt are written for people."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, cast

NONE = "–"  # noqa: RUF001

#: What JSON texts stand for numbers that JSON does not have.
SPELLED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def number(value: Any) -> float | None:
    """A value as a number, if it is one: JSON keeps `NaN` as a text."""
    if isinstance(value, str):
        return SPELLED.get(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def numbers(value: Any) -> list[list[float]] | None:
    """Rows of numbers, as a receipt keeps a tensor of two dimensions; None for anything else."""
    if not isinstance(value, list):
        return None
    rows: list[list[float]] = []
    for row in cast(list[Any], value):
        if not isinstance(row, list):
            return None
        cells = [number(cell) for cell in cast(list[Any], row)]
        good = [cell for cell in cells if cell is not None]
        if len(good) < len(cells):
            return None
        rows.append(good)
    return rows


def figure(value: float) -> str:
    """A metric: four decimals, or four digits where those would say little."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0 or 1e-2 <= abs(value) < 1e5:
        return f"{value:.4f}"
    return short_exponent(f"{value:.4g}")


def brief(value: float) -> str:
    """Four digits."""
    return short_exponent(f"{value:.4g}")


def short_exponent(text: str) -> str:
    """`1e-5` for `1e-05`."""
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def count(value: float) -> str:
    """A number of rows; a fraction where somebody counted in shares."""
    return f"{int(value):,}" if value == int(value) else f"{value:.3f}"


def counted(value: int, thing: str) -> str:
    """`1 epoch`, `2 epochs`."""
    return f"{value:,} {thing}{'s' * (value != 1)}"


def share(part: float, whole: float) -> str:
    """A ratio, or a dash where there is nothing to divide by."""
    return f"{part / whole:.3f}" if whole else NONE


def plain(value: Any) -> str:
    """An option's value: texts as they are, lists as JSON."""
    if value is None:
        return NONE
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def flat(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """The leaves of nested dictionaries, by dotted name."""
    leaves: list[tuple[str, Any]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value:
            leaves += flat(cast(dict[str, Any], value), f"{name}.")
        else:
            leaves.append((name, value))
    return leaves


def ranges(numbers: Iterable[int], most: int = 8) -> str:
    """`3, 5-9` for 3, 5, 6, 7, 8, 9; of many pieces only the first."""
    pieces: list[list[int]] = []
    for n in numbers:
        if pieces and n == pieces[-1][1] + 1:
            pieces[-1][1] = n
        else:
            pieces.append([n, n])
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in pieces[:most]]
    return ", ".join(shown) + (f" and {len(pieces) - most} more" if len(pieces) > most else "")
