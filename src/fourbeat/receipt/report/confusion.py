"""Truth against prediction: the matrix, the classes one by one, the pairs most often confused."""

import math
from collections.abc import Sequence
from typing import Any, cast

from fourbeat.receipt.report.markup import Html, element, part, scroll, table
from fourbeat.receipt.report.wording import count, number, share

#: A matrix of more classes than this is not read but searched.
MOST = 25

LEGEND = "Blue is right, orange is wrong; a stronger colour is a larger share of the row."

CORNER = (element("span", "truth ↓"), " ", element("span", "predicted →"))

#: So many of the most confused pairs are shown in its place.
PAIRS = 20

Matrix = list[list[float]]


def matrix_of(value: Any) -> Matrix | None:
    """A result as a square of counts, if it is one: rows are the truth."""
    if not isinstance(value, list) or not value:
        return None
    rows = cast(list[Any], value)
    matrix: Matrix = []
    for row in rows:
        cells = [number(cell) for cell in cast(list[Any], row)] if isinstance(row, list) else []
        good = [cell for cell in cells if cell is not None and math.isfinite(cell) and cell >= 0]
        if len(good) != len(rows) or len(cells) != len(rows):
            return None
        matrix.append(good)
    return matrix


def confusion(data: str, matrix: Matrix, classes: Sequence[str] | None) -> Html:
    """The part for one data set."""
    labels = list(classes) if classes else []
    if len(labels) != len(matrix):
        labels = [str(i) for i in range(len(matrix))]
    draw = most_confused if searched(matrix) else shaded
    shown = draw(data, matrix, labels)
    rows = per_class(data, matrix, labels)
    return part(
        data,
        element("div", shown, rows, class_="pair"),
    )


def searched(matrix: Matrix) -> bool:
    """Whether the matrix is too large to be shown."""
    return len(matrix) > MOST


def shaded(data: str, matrix: Matrix, labels: list[str]) -> Html:
    """The matrix. A cell's colour is the stronger, the larger its share of its row."""
    upright = "upright" if max(map(len, labels)) * len(labels) > 60 else None
    head = element(
        "tr",
        element("th", *CORNER, scope="col", class_="corner"),
        *(
            element("th", element("span", label), scope="col", class_=upright, title=label)
            for label in labels
        ),
    )
    body = [
        element(
            "tr",
            element("th", labels[i], scope="row"),
            *(cell(value, sum(row), right=i == j) for j, value in enumerate(row)),
        )
        for i, row in enumerate(matrix)
    ]
    size = "confusion many" if len(labels) > 6 else "confusion"
    whole = element("table", element("thead", head), element("tbody", *body), class_=size)
    return scroll(f"Confusion matrix, {data}", whole)


def cell(value: float, total: float, *, right: bool) -> Html:
    """A count. The square root keeps a rare confusion visible."""
    if not value:
        return element("td", "0", class_="zero")
    return element(
        "td",
        count(value),
        class_="right" if right else "wrong",
        style=f"--share:{math.sqrt(value / total):.2f}",
    )


def per_class(data: str, matrix: Matrix, labels: list[str]) -> Html:
    """Rows, precision, recall and F1 of each class."""
    rows: list[list[str]] = []
    for i, label in enumerate(labels):
        hits, truth = matrix[i][i], sum(matrix[i])
        predicted = sum(row[i] for row in matrix)
        rows.append(
            [
                label,
                count(truth),
                share(hits, predicted),
                share(hits, truth),
                share(2 * hits, truth + predicted),
            ]
        )
    heads = ["class", "rows", "precision", "recall", "F1"]
    return table(f"Classes, {data}", heads, "lrrrr", rows)


def most_confused(data: str, matrix: Matrix, labels: list[str]) -> Html:
    """The largest cells off the diagonal."""
    wrong = [
        (value, i, j)
        for i, row in enumerate(matrix)
        for j, value in enumerate(row)
        if i != j and value
    ]
    wrong.sort(key=lambda item: (-item[0], item[1], item[2]))
    if not wrong:
        return element("p", "No class was taken for another.")
    rows = [
        [labels[i], labels[j], count(value), share(value, sum(matrix[i]))]
        for value, i, j in wrong[:PAIRS]
    ]
    return element(
        "div",
        element("p", f"The {len(rows)} most confused of {len(wrong):,} confused pairs:"),
        table(
            f"Most confused pairs, {data}",
            ["truth", "predicted", "rows", "share of truth"],
            "llrr",
            rows,
        ),
    )
