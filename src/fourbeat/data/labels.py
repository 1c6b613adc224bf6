"""Label texts to class numbers, from any type of label."""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import pyarrow as pa

from fourbeat.data.arrow import CAST_ERRORS, pc
from fourbeat.data.naming import rows_said
from fourbeat.errors import DataError, Problem
from fourbeat.types import Values

#: More numbers than this may be a quantity, and no labels.
MOST_NUMBERS = 20

#: A class in fewer rows than this cannot be in training, validation and test.
FEWEST_ROWS = 3


def texts(values: Values, relabel: Mapping[str, str], place: str) -> Values:
    """Labels as text: `1` and `1.0` are "1", true is "true", missing ones are an error.

    Raises:
        DataError: for rows without a label, and for values that are no labels.
    """
    if values.null_count:
        rows = np.flatnonzero(pc.is_null(values).to_numpy(zero_copy_only=False))
        raise DataError(
            f"{len(rows):,} rows have no label",
            f"{place}, {rows_said(rows)}",
            "Remove these rows, or fill the label in",
        )
    if pa.types.is_floating(values.type):
        distinct = pc.unique(values)
        whole = pc.and_(pc.is_finite(distinct), pc.equal(distinct, pc.floor(distinct)))
        if pc.all(whole).as_py() and pc.all(pc.less(pc.abs(distinct), 2.0**53)).as_py():
            values = values.cast(pa.int64())
    try:
        labels = values.cast(pa.string())
    except CAST_ERRORS:
        raise DataError(
            f"the target's values are of type {values.type}: not labels", place
        ) from None
    for old, new in relabel.items():
        labels = pc.if_else(pc.equal(labels, old), new, labels)
    return labels


def classes_of(labels: Values, declared: Sequence[str] | None, place: str) -> list[str]:
    """The label texts in the order of their class numbers: declared, or sorted.

    Numbers sort by value. Every class needs two rows at least, and there must be two classes.
    """
    counts = {
        str(pair["values"]): int(pair["counts"]) for pair in pc.value_counts(labels).to_pylist()
    }
    if declared is not None:
        if len(set(declared)) < len(declared):
            raise DataError("a class is declared twice", "data.classes", "Name each once")
        strange = sorted(counts.keys() - set(declared))
        if strange:
            raise DataError(unknown_labels(strange, declared, place))
        names = list(declared)
    else:
        names = sorted(counts, key=sort_key)
        refuse_quantity(counts, place)
    if len(counts) < 2:
        raise DataError(
            f"the target has one class only, {next(iter(counts))!r}",
            place,
            "A classifier needs rows of two classes at least",
        )
    if len(counts) > len(labels) / 2:
        raise DataError(
            f"the target has {len(counts):,} different values in {len(labels):,} rows: not classes",
            place,
            "Choose another --target",
        )
    return names


def refuse_quantity(counts: Mapping[str, int], place: str) -> None:
    """Many different numbers, with fractions or in too few rows each, are no classes.

    Raises:
        DataError: naming the way to predict a quantity.
    """
    if len(counts) <= MOST_NUMBERS or any(sort_key(text)[0] for text in counts):
        return
    if min(counts.values()) < FEWEST_ROWS or any(float(text) % 1 for text in counts):
        raise DataError(
            f"the target has {len(counts):,} different numbers: a quantity, not a class",
            place,
            "Predict it as a quantity with --task regression, or cut it into classes",
        )


def sort_key(text: str) -> tuple[int, float, str]:
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)


def unknown_labels(strange: Sequence[str], known: Sequence[str], place: str) -> Problem:
    """Labels that the mapping does not have."""
    pairs = ", ".join(f'"{text}" = "{nearest(text, known)}"' for text in strange[:4])
    return Problem(
        f"labels {list(strange)[:10]} are not among the classes {list(known)[:10]}",
        place,
        f"If they are the same classes written otherwise: --set 'data.relabel={{{pairs}}}'",
    )


def nearest(text: str, known: Sequence[str]) -> str:
    import difflib

    return (difflib.get_close_matches(text, known, n=1, cutoff=0) or [""])[0]


def encode(labels: Values, classes: Sequence[str], place: str) -> np.ndarray:
    """Class numbers, int64 of shape (rows,)."""
    numbers = pc.index_in(labels, value_set=pa.array(classes, pa.string()))
    if numbers.null_count:
        strange = pc.unique(pc.filter(labels, pc.is_null(numbers))).to_pylist()
        raise DataError(unknown_labels(sorted(str(text) for text in strange), classes, place))
    return cast(np.ndarray, numbers.to_numpy().astype(np.int64))


def check_classes(target: np.ndarray, classes: Sequence[str], place: str) -> None:
    """Every class must have a training row.

    Args:
        target: class numbers of the training rows.
    """
    seen = set(target.tolist())
    absent = [name for number, name in enumerate(classes) if number not in seen]
    if absent:
        raise DataError(
            f"no training row has the class {', '.join(map(repr, absent[:5]))}",
            place,
            "Split otherwise, or merge or remove the class",
        )
