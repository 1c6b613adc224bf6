"""compare.html: two runs for people, one file that opens offline."""

from fourbeat.compare.compare import Comparison, in_words, signed
from fourbeat.compare.differences import Difference
from fourbeat.receipt.report.charts import WIDE, Line, chart
from fourbeat.receipt.report.curves import metric_names
from fourbeat.receipt.report.markup import Html, code, element, part, section, table
from fourbeat.receipt.report.page import document
from fourbeat.receipt.report.wording import NONE, count, figure, number

STYLES = ("validation", "train")
"""Of the first and the second run: a whole line and a dashed one."""


def page(found: Comparison) -> str:
    """The page: a function of both receipts and the kept answers."""
    parts = [section_ for make in (results, curves, what_differs) if (section_ := make(found))]
    head = element(
        "header",
        element("p", "fourbeat comparison", class_="kicker"),
        element("h1", element("span", f"{found.names[0]} and {found.names[1]}")),
        *(element("p", line, class_="said") for line in in_words(found)),
    )
    title = f"{found.names[0]} and {found.names[1]} - fourbeat"
    return document(title, [head, element("main", *parts)])


def results(found: Comparison) -> Html | None:
    """Every metric of both on the test rows."""
    if not found.pairing.metrics:
        return kept_results(found)
    rows = [
        [
            one.metric.replace("_", " "),
            figure(one.first),
            figure(one.second),
            signed(one.difference),
            NONE if one.interval is None else " to ".join(signed(end) for end in one.interval),
            found.names[one.better - 1] if one.better else "no difference seen",
        ]
        for one in found.pairing.metrics
    ]
    heads = ["test", *found.names, "difference", "95 %", "better"]
    note = (
        f"{count(found.pairing.rows)} pairs of the same rows; each metric by itself, and of several "
        "one may seem to differ by chance."
    )
    return section(
        "results",
        "Results",
        table("Results", heads, "lrrrrl", rows),
        element("p", note, class_="note"),
    )


def kept_results(found: Comparison) -> Html | None:
    """What each receipt says, where rows cannot be paired."""
    sides = list(dict.fromkeys(side for receipt in found.receipts for side in receipt.results))
    rows = [
        [
            side,
            metric.replace("_", " "),
            *(cell(r.results.get(side, {}).get(metric)) for r in found.receipts),
        ]
        for side in sides
        for metric in dict.fromkeys(
            name
            for receipt in found.receipts
            for name, value in receipt.results.get(side, {}).items()
            if number(value) is not None
        )
    ]
    if not rows:
        return None
    whole = table("Results", ["data", "metric", *found.names], "llrr", rows, "narrow")
    return section("results", "Results", whole)


def cell(value: object) -> str:
    """A figure, or a dash."""
    known = number(value)
    return NONE if known is None else figure(known)


def curves(found: Comparison) -> Html | None:
    """Every metric that both or one of them has, one line a run."""
    every = [epoch for receipt in found.receipts for epoch in receipt.curves]
    if not every:
        return None
    span = min(e.epoch for e in every), max(e.epoch for e in every)
    charts: list[Html] = []
    for side in ("validation", "train"):
        for metric in metric_names(every):
            lines = lines_of(found, side, metric)
            if lines:
                largest = max((value for line in lines for _, value in line.drawn()), default=0)
                charts.append(
                    chart(
                        f"{side} {metric}",
                        lines,
                        f"{side}-{metric}",
                        span=span,
                        may_log="loss" in metric or largest >= WIDE,
                    )
                )
    return section("curves", "Curves", element("div", *charts, class_="charts"))


def lines_of(found: Comparison, side: str, metric: str) -> list[Line]:
    """A metric of each run that has it."""
    lines: list[Line] = []
    for name, receipt, style in zip(found.names, found.receipts, STYLES, strict=True):
        values = [
            (e.epoch, e.validation if side == "validation" else e.train) for e in receipt.curves
        ]
        points = [(epoch, each[metric]) for epoch, each in values if metric in each]
        if points:
            lines.append(Line(name, style, points))
    return lines


def what_differs(found: Comparison) -> Html:
    """The differences by part, and the parts without one."""
    parts = [
        part(name.capitalize(), listed(name, lines, found.names))
        for name, lines in found.differences.items()
        if lines
    ]
    same = [name for name, lines in found.differences.items() if not lines]
    note = element("p", f"The same: {', '.join(same)}.", class_="note") if same else Html("")
    return section("differences", "What differs", *parts, note)


def listed(name: str, lines: list[Difference], names: tuple[str, str]) -> Html:
    """The differences of one part."""
    rows = [[line.what, code(line.first), code(line.second)] for line in lines]
    return table(f"Differences, {name}", ["what", *names], "lll", rows)
