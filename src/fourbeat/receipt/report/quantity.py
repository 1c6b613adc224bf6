"""A quantity: truth against prediction, and how the errors lie."""

from typing import Any

from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report import axes
from fourbeat.receipt.report.charts import (
    BOTTOM,
    HEIGHT,
    TOP,
    WIDTH,
    Frame,
    dot,
    drawable,
    grid,
    words,
)
from fourbeat.receipt.report.markup import Html, element, part, section, table
from fourbeat.receipt.report.wording import brief, count, figure, number, numbers

Rows = list[list[float]]

EMPTY = "No value can be drawn."


def quantity(receipt: Receipt) -> Html | None:
    """The section: two pictures and a table for each data set."""
    name = receipt.data.aim[0] if receipt.data else "target"
    parts = [
        pictures(data, name, values)
        for data, values in receipt.results.items()
        if "pairs" in values and "residuals" in values
    ]
    return section("errors", "Errors", *parts) if parts else None


def pictures(data: str, name: str, values: dict[str, Any]) -> Html:
    """The part for one data set."""
    pairs, bars, shares = (
        [row for row in numbers(values.get(key)) or [] if all(map(drawable, row))]
        for key in ("pairs", "residuals", "quantiles")
    )
    charts = element(
        "div",
        scatter(data, name, pairs, number(values.get("examples"))),
        histogram(data, name, bars),
        class_="charts",
    )
    return part(data, charts, *([spread(data, shares)] if shares else []))


def scatter(data: str, name: str, pairs: Rows, rows: float | None) -> Html:
    """Prediction over truth, and the line on which they are equal."""
    title = "Predicted against true"
    notes = ["On the line both are equal."]
    if rows is not None and rows > len(pairs) > 0:
        notes.append(f"{len(pairs):,} of {count(rows)} rows, evenly spread over the true values.")
    if not pairs:
        return figure_of(title, [], element("p", EMPTY, class_="empty"))
    ends = [value for pair in pairs for value in pair[:2]]
    both = axes.linear(min(ends), max(ends))
    frame = Frame(both, both, left_of(both))
    (x0, y0), (x1, y1) = frame.place(both.low, both.low), frame.place(both.high, both.high)
    points = [
        dot(*frame.place(true, said), f"true {figure(true)}, predicted {figure(said)}", "point")
        for true, said in (pair[:2] for pair in pairs)
    ]
    drawing = svg(
        f"{data}-pairs",
        title,
        f"{len(pairs)} rows; true values from {figure(min(t for t, _ in pairs))} to "
        f"{figure(max(t for t, _ in pairs))}, predicted ones from "
        f"{figure(min(p for _, p in pairs))} to {figure(max(p for _, p in pairs))}.",
        grid(frame, f"true {name}"),
        element("path", d=f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}", class_="equal"),
        element("g", *points),
        words("predicted", frame.left, TOP - 12, "start"),
    )
    return figure_of(title, notes, drawing)


def histogram(data: str, name: str, bars: Rows) -> Html:
    """How many rows have which error; the line is no error."""
    title = "Predicted minus true"
    if not bars:
        return figure_of(title, [], element("p", EMPTY, class_="empty"))
    across = axes.linear(bars[0][0], bars[-1][1], 6)
    up = axes.linear(0, max(rows for _, _, rows in bars))
    frame = Frame(across, up, left_of(up))
    drawn: list[Html] = []
    for low, high, rows in bars:
        (left, top), (right, floor) = frame.place(low, rows), frame.place(high, 0)
        drawn.append(
            element(
                "rect",
                element("title", f"{figure(low)} to {figure(high)}: {count(rows)} rows"),
                x=f"{left + 0.5:.1f}",
                y=f"{top:.1f}",
                width=f"{max(right - left - 1, 0.5):.1f}",
                height=f"{floor - top:.1f}",
                class_="bar",
            )
        )
    x, _ = frame.place(0, 0)
    drawing = svg(
        f"{data}-errors",
        title,
        f"Errors of {count(sum(rows for _, _, rows in bars))} rows, from {figure(bars[0][0])} to "
        f"{figure(bars[-1][1])}.",
        grid(frame, f"error of {name}"),
        element("g", *drawn),
        element("path", d=f"M{x:.1f} {TOP - 6}V{HEIGHT - BOTTOM}", class_="selected"),
        words("rows", frame.left, TOP - 12, "start"),
    )
    return figure_of(title, ["Right of the line, the prediction is too large."], drawing)


def spread(data: str, shares: Rows) -> Html:
    """The error that a share of the rows stays below."""
    heads = ["share of the rows", *(f"{share:.0%}" for share, _ in shares)]
    cells = ["have an error up to", *(brief(error) for _, error in shares)]
    return table(f"Errors, {data}", heads, "l" + "r" * len(shares), [cells])


def left_of(axis: axes.Axis) -> float:
    """Room for an axis's numbers."""
    return 16 + 7.5 * max(len(label) for _, label in axis.ticks)


def svg(name: str, title: str, said: str, *children: Html) -> Html:
    """A drawing with its words for those who do not see it."""
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", said, id=f"{name}-desc"),
        *children,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_="chart",
    )


def figure_of(title: str, notes: list[str], drawing: Html) -> Html:
    """Title, drawing, and what needs saying."""
    said = [element("p", " ".join(notes), class_="note")] if notes else []
    return element("figure", element("figcaption", element("h3", title)), drawing, *said)
