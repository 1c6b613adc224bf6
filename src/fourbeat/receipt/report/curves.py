"""What the epochs gave: charts of each metric and learning rate, and the numbers below them."""

from fourbeat.receipt.model import EpochRecord, Receipt
from fourbeat.receipt.report.charts import WIDE, Line, chart
from fourbeat.receipt.report.markup import Html, element, fold, section, table
from fourbeat.receipt.report.wording import NONE, figure, ranges

#: Styles for groups of learning rates; more groups begin anew.
STYLES = 6


def curves(receipt: Receipt) -> Html | None:
    """The section."""
    epochs = receipt.curves
    if not epochs:
        return None
    charts = [
        metric_chart(receipt, name, f"chart-{number}")
        for number, name in enumerate(metric_names(epochs), start=1)
    ]
    rates = rate_lines(epochs)
    constant = all(len(set(values_of(line))) == 1 for line in rates)
    if rates and not constant:
        selected = receipt.selection.epoch if receipt.selection else None
        charts.append(
            chart(
                "learning rate",
                rates,
                "chart-lr",
                span=span(receipt),
                selected=selected,
                may_log=True,
            )
        )
    return section(
        "curves",
        "Curves",
        element("div", *charts, class_="charts"),
        *([element("p", steady(rates), class_="note")] if rates and constant else []),
        fold("The numbers, epoch by epoch", numbers(epochs)),
    )


def metric_names(epochs: list[EpochRecord]) -> list[str]:
    """All metrics in the order of their first appearance, loss before any other."""
    found = dict.fromkeys(name for e in epochs for side in (e.train, e.validation) for name in side)
    return sorted(found, key=lambda name: name != "loss")


def metric_chart(receipt: Receipt, metric: str, name: str) -> Html:
    """One metric in training and validation."""
    best = receipt.selection
    lines = metric_lines(receipt.curves, metric)
    largest = max((value for line in lines for _, value in line.drawn()), default=0)
    return chart(
        metric,
        lines,
        name,
        span=span(receipt),
        selected=best.epoch if best else None,
        ring="validation" if best and best.metric == metric else None,
        may_log="loss" in metric or largest >= WIDE,
    )


def span(receipt: Receipt) -> tuple[int, int]:
    """The first and the last epoch."""
    return receipt.curves[0].epoch, receipt.curves[-1].epoch


def metric_lines(epochs: list[EpochRecord], metric: str) -> list[Line]:
    """Training and validation, each if it has the metric; an epoch without it is passed over."""
    lines = (
        Line(side, side, tuple((e, values[metric]) for e, values in each if metric in values))
        for side, each in (
            ("train", [(e.epoch, e.train) for e in epochs]),
            ("validation", [(e.epoch, e.validation) for e in epochs]),
        )
    )
    return [line for line in lines if line.points]


def rate_lines(epochs: list[EpochRecord]) -> list[Line]:
    """The learning rate of each group; groups with the same curve share one."""
    groups: dict[tuple[tuple[int, float], ...], list[int]] = {}
    for group in range(max(len(e.lr) for e in epochs)):
        rates = tuple((e.epoch, e.lr[group]) for e in epochs if group < len(e.lr))
        groups.setdefault(rates, []).append(group)
    if list(groups.values()) == [[0]]:
        return [Line("all parameters", "rate-0", rates) for rates in groups]
    return [
        Line(f"group{'s' * (len(members) > 1)} {ranges(members)}", f"rate-{i % STYLES}", rates)
        for i, (rates, members) in enumerate(groups.items())
    ]


def values_of(line: Line) -> list[float]:
    """What a line shows, without its epochs."""
    return [value for _, value in line.points]


def steady(rates: list[Line]) -> str:
    """Learning rates that never moved, in words."""
    said = [f"{figure(values_of(line)[0])} ({line.name})" for line in rates]
    if len(rates) == 1:
        said = [figure(values_of(rates[0])[0])]
    return f"The learning rate was {', '.join(said)} in every epoch."


def numbers(epochs: list[EpochRecord]) -> Html:
    """Everything the charts show, as a table."""
    columns = [
        (f"{line.name} {metric}", dict(line.points))
        for metric in metric_names(epochs)
        for line in metric_lines(epochs, metric)
    ]
    columns += [(f"lr, {line.name}", dict(line.points)) for line in rate_lines(epochs)]
    rows = [
        [str(e.epoch), f"{e.step:,}", *(written(column.get(e.epoch)) for _, column in columns)]
        for e in epochs
    ]
    heads = ["epoch", "step", *(head for head, _ in columns)]
    return table("Epochs", heads, "r" * len(heads), rows)


def written(value: float | None) -> str:
    """A cell of the table."""
    return NONE if value is None else figure(value)
