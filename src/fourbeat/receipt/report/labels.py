"""Several labels: how each of them was predicted."""

import math
from collections.abc import Sequence
from typing import Any

from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.markup import Html, element, part, section, table
from fourbeat.receipt.report.wording import NONE, count, figure, numbers, share

LABEL_HEADS = ("rows with 1", "said 1", "precision", "recall", "F1", "accuracy", "AUC")

LEGEND = "A label is said to be there from a probability of a half on."


def labels(receipt: Receipt) -> Html | None:
    """The section: a table for each data set."""
    names = [label.name for label in receipt.data.labels] if receipt.data else []
    tables = [
        by_label(data, names, rows)
        for data, values in receipt.results.items()
        if (rows := label_rows(values)) and len(rows) == len(names)
    ]
    if not tables:
        return None
    return section("labels", "Labels", element("p", LEGEND, class_="note"), *tables)


def by_label(data: str, names: Sequence[str], rows: list[list[str]]) -> Html:
    """The part for one data set."""
    cells = [[name, *row] for name, row in zip(names, rows, strict=True)]
    align = "l" + "r" * len(LABEL_HEADS)
    return part(data, table(f"Labels, {data}", ["label", *LABEL_HEADS], align, cells))


def label_rows(values: dict[str, Any]) -> list[list[str]]:
    """A data set's `label_counts` and `label_auc` as texts under `LABEL_HEADS`, a row a label."""
    matrix, areas = numbers(values.get("label_counts")), numbers([values.get("label_auc")])
    if not matrix or not areas or {len(row) for row in matrix} != {4}:
        return []
    if len(areas[0]) != len(matrix):
        return []
    rows: list[list[str]] = []
    for (both, said, missed, neither), area in zip(matrix, areas[0], strict=True):
        rows.append(
            [
                count(both + missed),
                count(both + said),
                share(both, both + said),
                share(both, both + missed),
                share(2 * both, 2 * both + said + missed),
                share(both + neither, both + said + missed + neither),
                NONE if math.isnan(area) else figure(area),
            ]
        )
    return rows
