"""Whether probabilities come true as often as they say: a picture for each data set."""

from typing import Any

from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report import axes
from fourbeat.receipt.report.charts import TOP, Frame, dot, grid, words
from fourbeat.receipt.report.markup import Html, element, section
from fourbeat.receipt.report.quantity import figure_of, left_of, svg
from fourbeat.receipt.report.wording import count, figure, number, numbers


def calibration(receipt: Receipt) -> Html | None:
    """The section."""
    pictures = [
        picture(data, values, what(receipt))
        for data, values in receipt.results.items()
        if numbers(values.get("calibration"))
    ]
    if not pictures:
        return None
    return section("calibration", "Calibration", element("div", *pictures, class_="charts"))


def what(receipt: Receipt) -> str:
    """Whose probability it is."""
    data = receipt.data
    if data is None:
        return "probability"
    if data.labels:
        return "probability of a label"
    return f"probability of {data.classes[-1]}" if len(data.classes) == 2 else "highest probability"


def picture(data: str, values: dict[str, Any], name: str) -> Html:
    """The share that came true over the mean probability of each bin."""
    rows = [row for row in numbers(values["calibration"]) or [] if len(row) == 3]
    unit = axes.linear(0, 1)
    frame = Frame(unit, unit, left_of(unit))
    (x0, y0), (x1, y1) = frame.place(0, 0), frame.place(1, 1)
    places = [frame.place(said, true) for _, said, true in rows]
    points = [
        dot(
            *place,
            f"{count(n)} rows: said {figure(said)}, true {figure(true)}",
            "dot validation",
            "3",
        )
        for place, (n, said, true) in zip(places, rows, strict=True)
    ]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    title = f"{data}: said and true"
    drawing = svg(
        f"{data}-calibration",
        title,
        " ".join(f"Said {figure(said)}, true {figure(true)}." for _, said, true in rows),
        grid(frame, name),
        element("path", d=f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}", class_="equal"),
        element("path", d=line, class_="line validation"),
        element("g", *points),
        words("share that came true", frame.left, TOP - 12, "start"),
    )
    error = number(values.get("ece"))
    note = f"Each dot holds about {count(round(sum(n for n, *_ in rows) / len(rows)))} rows."
    said = "" if error is None else f" The expected calibration error is {figure(error)}."
    return figure_of(title, [note + said], drawing)
