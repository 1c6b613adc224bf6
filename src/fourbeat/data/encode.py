"""Values to tensors, by statistics of the training rows, one column at a time."""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
import torch

from fourbeat.data import words
from fourbeat.data.arrow import CAST_ERRORS, pc
from fourbeat.data.column import Column
from fourbeat.data.numbers import as_numbers
from fourbeat.data.scale import heavy, knots, mapped
from fourbeat.data.text import whole
from fourbeat.data.words import BUCKETS, CODES
from fourbeat.errors import DataError, Problem, first_line
from fourbeat.types import Values

UNKNOWN, MISSING, FIRST = 0, 1, 2
"""Codes of a category: not known from training; no value; the first known one."""

COARSE, FEWEST_WHOLE = 100, 2
"""Whole numbers with this many training rows to a value, or more, are categories as well; each
value that stands in two rows at least. Below that ratio an embedding does harm."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """What a model needs to know of the columns.

    Attributes:
        numeric: number of float columns, missing-value indicators among them.
        cardinalities: codes of each category column, the unknown and the missing one included.
        texts: codes of the words of each column of free text, the 0 that fills included.
        classes: numbers that the model gives for a row: a logit for each class or label, one for
            a quantity. `outputs` is the same.
        edges: of each float column's bins, ascending and standardised, none for a column without
            bins; empty unless `model.numeric` is `piecewise`.
    """

    numeric: int
    cardinalities: tuple[int, ...]
    classes: int
    edges: tuple[tuple[float, ...], ...] = ()
    texts: tuple[int, ...] = ()

    @property
    def outputs(self) -> int:
        """Numbers that the model gives for a row."""
        return self.classes


@dataclass(frozen=True, slots=True)
class Features:
    """Encoded rows.

    Attributes:
        numeric: float32 of shape (rows, numeric columns), standardised, 0 where missing; each
            column that has missing values in training is followed by its indicator.
        codes: int64 of shape (rows, category columns + `words.CODES` for each column of free text).
    """

    numeric: torch.Tensor
    codes: torch.Tensor

    def inputs(self) -> tuple[torch.Tensor, ...]:
        """What the model is called with: the codes only where there are category columns."""
        return (self.numeric, self.codes) if self.codes.shape[1] else (self.numeric,)

    def pick(self, rows: np.ndarray) -> "Features":
        """Some rows, by their numbers."""
        at = torch.from_numpy(rows)
        return Features(self.numeric[at], self.codes[at])


def shape_of(columns: Iterable[Column], outputs: int) -> TableShape:
    """The shape that these columns are encoded to."""
    columns = [column for column in columns if column.used]
    return TableShape(
        numeric=sum(width(column) for column in columns),
        cardinalities=tuple(codes_of(column) for column in columns if coded(column)),
        classes=outputs,
        edges=edges_of(columns),
        texts=tuple(1 + (column.buckets or BUCKETS) for column in columns if column.type == "text"),
    )


def edges_of(columns: Iterable[Column]) -> tuple[tuple[float, ...], ...]:
    """The bins of each float column; nothing where no column has any."""
    columns = [column for column in columns if column.is_number]
    if all(column.edges is None for column in columns):
        return ()
    return tuple(edges for column in columns for edges in (column.edges or (), ())[: width(column)])


def coded(column: Column) -> bool:
    """Whether a column becomes codes, one a row."""
    if column.type == "text":
        return False
    return column.buckets is not None or column.categories is not None


def codes_of(column: Column) -> int:
    """The codes of a column, the unknown and the missing one among them."""
    return FIRST + (column.buckets or len(column.categories or ()))


def width(column: Column) -> int:
    """Float columns that a column becomes."""
    return 1 + (column.missing > 0) if column.is_number else 0


def fewest(rows: int) -> int:
    """Training rows that a category needs by default: one in 500, between 2 and 20.

    With fewer, an embedding of many categories learns its rows by heart.
    """
    return max(2, min(20, rows // 500))


def fit(column: Column, values: Values, train: np.ndarray, min_count: int, most: int) -> Column:
    """The column with the statistics of its training rows.

    Args:
        column: the decision of `schema.infer`.
        values: all rows.
        train: numbers of the training rows.
        min_count: texts seen in fewer training rows than this count as unknown.
        most: texts that are kept at most, the most frequent ones.
    """
    if column.buckets or column.type == "text":
        texts = values.cast(pa.string())
        gone = pc.is_null(texts).to_numpy(zero_copy_only=False)[train]
        return column.model_copy(update={"missing": int(gone.sum())})
    if column.type == "category":
        return column.model_copy(update=vocabulary(values, train, min_count, most))
    update: dict[str, Any] = {}
    if column.type == "ordered":
        update = vocabulary(values, train, FEWEST_WHOLE, most)
        there = update["categories"]
        update["order"] = tuple(text for text in column.order if text in there)
        column = column.model_copy(update=update)
    numbers = as_numbers(column, values)[train]
    known = numbers[~np.isnan(numbers)]
    update["missing"] = len(numbers) - len(known)
    if not np.isfinite(known).any():
        gone = {"type": "ignored", "reason": "no value in any training row"}
        return column.model_copy(update=gone)
    update |= scale(column, known)
    if "knots" in update:
        known = mapped(known, update["knots"])
    # What never varies in training must not be divided by the rounding error of its mean.
    spread = float(known.std()) if known.min() < known.max() else 0.0
    update |= {"mean": float(known.mean()), "std": spread or 1.0}
    distinct = len(np.unique(known))
    if column.type == "numeric" and "int" in column.source and 2 < distinct <= len(train) / COARSE:
        words = vocabulary(values, train, FEWEST_WHOLE, most)
        update["categories"], update["rare"] = words["categories"], words["rare"]
        update["reason"] = f"{column.reason}; its {distinct} values are also categories"
    return column.model_copy(update=update)


def scale(column: Column, known: np.ndarray) -> dict[str, Any]:
    """How a number is mapped before it is standardised: by its quantiles, or not at all."""
    if column.scale == "quantile":
        return {"knots": knots(known)}
    if column.type == "numeric" and heavy(known):
        reason = f"{column.reason}; mapped by its quantiles, for its tails are heavy"
        return {"scale": "quantile", "knots": knots(known), "reason": reason}
    return {}


def vocabulary(values: Values, train: np.ndarray, min_count: int, most: int) -> dict[str, Any]:
    """The categories of the training rows, how many were too rare, and how many rows have none."""
    coded: Any = pa.concat_arrays(values.cast(pa.string()).chunks).dictionary_encode()
    index = coded.indices.fill_null(-1).to_numpy()[train]
    texts = np.array(coded.dictionary.to_pylist(), dtype=object)
    counts = np.bincount(index[index >= 0], minlength=len(texts))
    kept = sorted(np.flatnonzero(counts >= min_count), key=lambda i: (-counts[i], str(texts[i])))
    return {
        "categories": tuple(sorted(str(texts[i]) for i in kept[:most])),
        "missing": int((index < 0).sum()),
        "rare": int((counts > 0).sum()) - len(kept[:most]),
    }


def encode(
    columns: Iterable[Column],
    take: Callable[[str], Values],
    rows: int,
    place: str = "table",
    before: int = 0,
) -> Features:
    """Encode fitted columns.

    Args:
        columns: with their statistics.
        take: gives a column's values by name. It may let go of them: each is asked for once, so
            that a table and its tensors need not stand in memory together.
        rows: number of rows.
        place: what messages call the table.
        before: rows of the table before these.

    Raises:
        DataError: for values that are not what the column is.
    """
    columns = [column for column in columns if column.used]
    shape = shape_of(columns, 0)
    numeric = torch.zeros((rows, shape.numeric), dtype=torch.float32)
    many = len(shape.cardinalities)
    codes = torch.zeros((rows, many + CODES * len(shape.texts)), dtype=torch.int64)
    at, code_at, text_at = 0, 0, many
    problems: list[Problem] = []
    for column in columns:
        values = take(column.name)
        try:
            if coded(column):
                codes.numpy()[:, code_at] = category_codes(column, values, place)
                code_at += 1
            if column.type == "text":
                found = words.codes(values, column.buckets or BUCKETS)
                codes.numpy()[:, text_at : text_at + CODES] = found
                text_at += CODES
            elif column.is_number:
                out = numeric.numpy()[:, at : at + width(column)]
                standardise(column, values, out, place, before)
                at += width(column)
        except CAST_ERRORS as error:
            fact = f"not {column.type}: {first_line(error)}"
            problems.append(Problem(fact, f"{place}, column {column.name!r}"))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return Features(numeric, codes)


def standardise(column: Column, values: Values, out: np.ndarray, place: str, before: int) -> None:
    """Write a column's standardised values, and its missing-value indicator, into `out`."""
    assert column.mean is not None
    assert column.std is not None
    numbers = as_numbers(column, values)
    gone = np.isnan(numbers)
    if column.knots:
        numbers = mapped(numbers, column.knots)
    with np.errstate(over="ignore"):
        out[:, 0] = np.where(gone, 0.0, (numbers - column.mean) / column.std)
    strange = np.flatnonzero(~np.isfinite(out[:, 0]))
    if len(strange):
        row = int(strange[0])
        raise DataError(
            f"{numbers[row]} is infinite or too large for float32",
            f"{place}, column {column.name!r}, row {before + row + 1}",
            "Correct it or leave it empty",
        )
    if column.missing:
        out[:, 1] = gone


def category_codes(column: Column, values: Values, place: str) -> np.ndarray:
    """Codes of a category column, int64 of shape (rows,).

    Raises:
        DataError: for numbers or truths where training had text. Their texts are other ones (7001
            for "07001"), and every value would be unknown.
    """
    given = values.type
    if column.source == "string" and given != pa.string() and values.null_count < len(values):
        raise DataError(
            f"{given} values where the training table has text",
            f"{place}, column {column.name!r}",
            "Give them as text, written as in the training table",
        )
    texts = whole(values) if "int" in column.source else values.cast(pa.string())
    if column.buckets:
        return hashed(texts, column.buckets)
    index = pc.index_in(texts, value_set=pa.array(column.categories or (), pa.string()))
    known = pc.add(index.cast(pa.int64()), FIRST).fill_null(UNKNOWN)
    if texts.null_count:
        known = pc.if_else(pc.is_null(texts), MISSING, known)
    return cast(np.ndarray, known.to_numpy())


def hashed(texts: Values, buckets: int) -> np.ndarray:
    """Codes by a hash, int64 of shape (rows,): the CRC-32 of the UTF-8 bytes, modulo the buckets."""
    coded: Any = pa.concat_arrays(texts.chunks).dictionary_encode()
    words = [FIRST + zlib.crc32(text.encode()) % buckets for text in coded.dictionary.to_pylist()]
    index = coded.indices.fill_null(len(words)).to_numpy()
    return np.array([*words, MISSING])[index]
