"""A curve over epochs as an SVG figure, drawn without a library and without a script."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fourbeat.receipt.report import axes
from fourbeat.receipt.report.axes import Axis
from fourbeat.receipt.report.markup import Html, element, join
from fourbeat.receipt.report.wording import figure, ranges

WIDTH, HEIGHT = 460, 268
TOP, RIGHT, BOTTOM = 26, 14, 42

#: With no more epochs than this, each is a dot.
FEW = 40

#: Largest over smallest value from which on a linear axis would hide the small ones.
WIDE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A curve.

    Attributes:
        name: for the legend.
        style: class in the style sheet.
        points: epoch and value; a value that cannot be drawn leaves a gap.
    """

    name: str
    style: str
    points: Sequence[tuple[int, float]]

    def drawn(self) -> list[tuple[int, float]]:
        """The points that have a place."""
        return [(epoch, value) for epoch, value in self.points if drawable(value)]


@dataclass(frozen=True, slots=True)
class Frame:
    """The drawing's rectangle between its axes."""

    x: Axis
    y: Axis
    left: float

    def place(self, epoch: float, value: float) -> tuple[float, float]:
        """Coordinates of a point."""
        right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
        return (
            self.left + self.x.at(epoch) * (right - self.left),
            bottom - self.y.at(value) * (bottom - TOP),
        )


def drawable(value: float) -> bool:
    return math.isfinite(value) and abs(value) <= axes.LARGEST


def chart(
    title: str,
    lines: Sequence[Line],
    name: str,
    *,
    span: tuple[int, int],
    selected: int | None = None,
    ring: str | None = None,
    may_log: bool = False,
) -> Html:
    """The figure: title, legend, drawing, and a caption for what needs one.

    Args:
        name: unique in the page.
        span: the first and the last epoch, of this chart and its neighbours.
        selected: the epoch to mark.
        ring: name of the line whose value at that epoch was the reason.
        may_log: whether values of very different size get a logarithmic axis.
    """
    drawn = [point for line in lines for point in line.drawn()]
    notes = [gaps(line) for line in lines if len(line.drawn()) < len(line.points)]
    if selected is not None and not span[0] <= selected <= span[1]:
        selected = None
    if not drawn:
        what = element("p", "No value can be drawn.", class_="empty")
    else:
        frame = frame_of(span, [value for _, value in drawn], may_log)
        what = drawing(title, lines, frame, name, selected, ring)
        if frame.y.log:
            notes.insert(0, "Logarithmic scale.")
    return element(
        "figure",
        element("figcaption", element("h3", title), legend(lines)),
        what,
        *([element("p", join(notes, " "), class_="note")] if notes else []),
    )


def frame_of(span: tuple[int, int], values: Sequence[float], may_log: bool) -> Frame:
    """Axes that hold all values, and room for their labels."""
    low, high = min(values), max(values)
    wide = may_log and low >= 1 / axes.LARGEST and high / low >= WIDE
    y = axes.logarithmic(low, high) if wide else axes.linear(low, high)
    longest = max(len(label) for _, label in y.ticks)
    return Frame(axes.epochs(*span), y, 16 + 7.5 * longest)


def legend(lines: Sequence[Line]) -> Html:
    """Names beside a piece of their line."""
    entries = [
        element(
            "li",
            element(
                "svg",
                element("path", d="M1 5H25", class_=f"line {line.style}"),
                viewBox="0 0 26 10",
                aria_hidden="true",
            ),
            line.name,
        )
        for line in lines
    ]
    return element("ul", *entries, class_="legend")


def drawing(
    title: str,
    lines: Sequence[Line],
    frame: Frame,
    name: str,
    selected: int | None,
    ring: str | None,
) -> Html:
    """The SVG: grid below, then the selected epoch, then the curves."""
    few = frame.x.high - frame.x.low <= FEW
    return element(
        "svg",
        element("title", f"{title} by epoch", id=f"{name}-title"),
        element("desc", described(lines, selected), id=f"{name}-desc"),
        grid(frame),
        *([] if selected is None else [selection_mark(frame, selected)]),
        *(curve(line, frame, few) for line in lines),
        *(selection_dot(frame, selected, line) for line in lines if line.name == ring),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_="chart",
    )


def grid(frame: Frame, across: str = "epoch") -> Html:
    """Ticks, their numbers, and the name of the horizontal axis."""
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts: list[Html] = []
    for value, text in frame.y.ticks:
        _, y = frame.place(frame.x.low, value)
        parts.append(element("path", d=f"M{frame.left:.1f} {y:.1f}H{right}", class_="grid"))
        parts.append(words(text, frame.left - 8, y + 4, "end"))
    for epoch, text in frame.x.ticks:
        x, _ = frame.place(epoch, frame.y.low)
        parts.append(element("path", d=f"M{x:.1f} {bottom}v5", class_="tick"))
        parts.append(words(text, x, bottom + 18, "middle"))
    parts.append(element("path", d=f"M{frame.left:.1f} {bottom}H{right}", class_="tick"))
    parts.append(words(across, (frame.left + right) / 2, HEIGHT - 6, "middle"))
    return element("g", *parts)


def words(text: str, x: float, y: float, anchor: str, class_: str | None = None) -> Html:
    """A text at a place."""
    return element("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=class_)


def curve(line: Line, frame: Frame, few: bool) -> Html:
    """The line in pieces between its gaps; dots for few epochs, and for a point that is alone."""
    parts: list[Html] = []
    for piece in pieces(line.points):
        places = [frame.place(epoch, value) for epoch, value in piece]
        if len(piece) > 1:
            d = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
            parts.append(element("path", d=d, class_=f"line {line.style}"))
        if few or len(piece) == 1:
            parts += [
                dot(x, y, f"{line.name}, epoch {epoch}: {figure(value)}", f"dot {line.style}")
                for (epoch, value), (x, y) in zip(piece, places, strict=True)
            ]
    return element("g", *parts)


def dot(x: float, y: float, text: str, class_: str, r: str = "2.4") -> Html:
    """A point that says what it is when pointed at."""
    return element(
        "circle", element("title", text), cx=f"{x:.1f}", cy=f"{y:.1f}", r=r, class_=class_
    )


def pieces(points: Sequence[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """Runs of points that can be drawn."""
    runs: list[list[tuple[int, float]]] = [[]]
    for epoch, value in points:
        if drawable(value):
            runs[-1].append((epoch, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def selection_mark(frame: Frame, epoch: int) -> Html:
    """A vertical line at the selected epoch, and its number above."""
    x, _ = frame.place(epoch, frame.y.low)
    anchor = "start" if x < frame.left + 40 else "end" if x > WIDTH - RIGHT - 40 else "middle"
    return element(
        "g",
        element("path", d=f"M{x:.1f} {TOP - 6}V{HEIGHT - BOTTOM}", class_="selected"),
        words(f"selected: {epoch}", x, TOP - 12, anchor, "strong"),
    )


def selection_dot(frame: Frame, selected: int | None, line: Line) -> Html:
    """A ring around the value that was the reason."""
    return join(
        dot(*frame.place(epoch, value), f"selected: {figure(value)}", f"ring {line.style}", "5")
        for epoch, value in line.drawn()
        if epoch == selected
    )


def described(lines: Sequence[Line], selected: int | None) -> str:
    """The curves in words, for those who do not see them."""
    parts: list[str] = []
    for line in lines:
        if points := line.drawn():
            (first, a), (last, b) = points[0], points[-1]
            values = [value for _, value in points]
            parts.append(
                f"{line.name}: {figure(a)} at epoch {first}, {figure(b)} at epoch {last}, "
                f"lowest {figure(min(values))}, highest {figure(max(values))}."
            )
    if selected is not None:
        parts.append(f"The selected epoch is {selected}.")
    return " ".join(parts)


def gaps(line: Line) -> str:
    """What a line leaves out, and why."""
    found: dict[str, list[int]] = {}
    for epoch, value in line.points:
        if not drawable(value):
            kind = "NaN" if math.isnan(value) else "infinite" if math.isinf(value) else "too large"
            found.setdefault(kind, []).append(epoch)
    said = "; ".join(
        f"{kind} at epoch{'s' * (len(at) > 1)} {ranges(at)}" for kind, at in found.items()
    )
    return f"Gaps in {line.name}: {said}."
