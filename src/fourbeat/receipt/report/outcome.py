"""The top of the page: what run this is, how it ended, and what came of it."""

from typing import Any

from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.confusion import LEGEND, confusion, matrix_of, searched
from fourbeat.receipt.report.markup import (
    Html,
    bullets,
    code,
    element,
    facts,
    fold,
    join,
    section,
    table,
)
from fourbeat.receipt.report.wording import NONE, count, counted, figure, number, plain

#: So many results of one data set are headlines; the table has all.
HEADLINES = 4

#: Results that a section of their own shows.
DRAWN = (
    "pairs",
    "residuals",
    "quantiles",
    "label_counts",
    "label_auc",
    "label_average_precision",
    "calibration",
    "intervals",
)

MEANING = {
    "running": "This run has not ended.",
    "interrupted": "This run was interrupted.",
    "failed": "This run failed.",
    "stopped": "This run was stopped before its last epoch.",
    "finished": "",
}


def head(receipt: Receipt) -> Html:
    """Name, status, and a sentence for every way in which the run is not as it should be."""
    run = receipt.run
    badges = [element("span", run.status, class_=f"badge {run.status}")]
    if receipt.inexact:
        badges.append(element("span", "INEXACT", class_="badge inexact"))
    warnings: list[Html] = []
    if MEANING[run.status]:
        error = [element("pre", run.error)] if run.error else []
        warnings.append(element("div", MEANING[run.status], *error, class_=f"warning {run.status}"))
    if receipt.inexact:
        warnings.append(
            element(
                "div",
                element("strong", "INEXACT. "),
                "This run was resumed under another environment, and its bits are not promised "
                "to come again:",
                bullets(receipt.inexact),
                class_="warning",
            )
        )
    return element(
        "header",
        element("p", "fourbeat run report", class_="kicker"),
        element("h1", element("span", run.name), " ", join(badges, " ")),
        *warnings,
        facts(essentials(receipt)),
    )


def essentials(receipt: Receipt) -> list[tuple[str, Html | str]]:
    """The run in a few lines."""
    run, data = receipt.run, receipt.data
    lines: list[tuple[str, Html | str]] = []
    if data:
        used = counted(sum(column.used for column in data.columns), "column")
        names = ", ".join(file.name for file in data.files)
        lines.append(
            (
                "Task",
                f"{data.aim[0]} ({data.aim[1]}) "
                f"from {data.images.said if data.images else used} of {names}",
            )
        )
    lines.append(
        ("Model", f"{receipt.model.name}, {counted(receipt.model.parameters, 'parameter')}")
    )
    early = "; patience ended it" if run.stopped_early else ""
    seed = NONE if run.seed is None else str(run.seed)
    lines.append(
        ("Training", f"{counted(run.epochs, 'epoch')}, {counted(run.steps, 'step')}{early}")
    )
    lines.append(("Seed", seed))
    if receipt.weights_sha256:
        lines.append(("Weights", code(receipt.weights_sha256)))
    return lines


def outcome(receipt: Receipt) -> Html | None:
    """Headline figures, and the results of every data set."""
    cards = headlines(receipt)
    if not cards:
        return None
    return section(
        "results",
        "Results",
        element("div", *cards, class_="cards"),
        *measured(receipt),
        *further(receipt.results),
    )


def headlines(receipt: Receipt) -> list[Html]:
    """The selected epoch, its metric, and how the chosen weights did on the test."""
    cards: list[Html] = []
    best, run = receipt.selection, receipt.run
    if best:
        cards.append(
            card("Selected epoch", str(best.epoch), f"of {run.epochs:,}, at step {best.step:,}")
        )
        what = {"min": "lowest", "max": "highest"}[best.direction]
        cards.append(
            card(
                f"Validation {best.metric.replace('_', ' ')}",
                figure(best.value),
                f"the {what}, so selected",
            )
        )
    name = "test" if "test" in receipt.results else next(reversed(receipt.results), None)
    if name is not None:
        values = receipt.results[name]
        examples = examples_of(values)
        under = f"{examples} examples" if examples else ""
        said = best.metric if best and name == "validation" else None
        cards += [
            card(f"{name.capitalize()} {metric.replace('_', ' ')}", figure(value), under)
            for metric, value in list(scalars(values).items())[:HEADLINES]
            if metric != said
        ]
    return cards


def card(name: str, value: str, under: str) -> Html:
    """One figure, large."""
    return element(
        "div",
        element("p", name, class_="name"),
        element("p", value, class_="value"),
        element("p", under, class_="under"),
        class_="card",
    )


def examples_of(values: dict[str, Any]) -> str:
    """How many examples a data set has, if it is known."""
    examples = number(values.get("examples"))
    return "" if examples is None else count(examples)


def scalars(values: dict[str, Any]) -> dict[str, float]:
    """The metrics that are single numbers."""
    found = {name: number(value) for name, value in values.items() if name != "examples"}
    return {name: value for name, value in found.items() if value is not None}


def results_table(results: dict[str, dict[str, Any]]) -> list[Html]:
    """One row a data set."""
    if not results:
        return []
    metrics = list(dict.fromkeys(name for values in results.values() for name in scalars(values)))
    rows = [
        [
            data,
            examples_of(values) or NONE,
            *(figure(scalars(values)[m]) if m in scalars(values) else NONE for m in metrics),
        ]
        for data, values in results.items()
    ]
    return [
        table(
            "Results",
            ["selected weights on", "examples", *metrics],
            "l" + "r" * (1 + len(metrics)),
            rows,
        )
    ]


def measured(receipt: Receipt) -> list[Html]:
    """A metric a row: its value on each data set, and the interval."""
    made, results = receipt.intervals, receipt.results
    if made is None:
        return results_table(results)
    metrics = list(dict.fromkeys(name for values in results.values() for name in scalars(values)))
    rows = [
        [metric.replace("_", " "), *(text for v in results.values() for text in both(v, metric))]
        for metric in metrics
    ]
    percent = f"{made.level:.0%}".replace("%", " %")
    heads = [
        text
        for data, values in results.items()
        for text in (f"{data}, {examples_of(values)} rows", percent)
    ]
    note = (
        f"Of the selected weights. {percent} of {made.resamples:,} resamples of the rows lie between "
        "both ends (bootstrap, percentiles)."
    )
    return [
        table("Results", ["metric", *heads], "l" + "r" * len(heads), rows, "narrow"),
        element("p", note, class_="note"),
    ]


def both(values: dict[str, Any], metric: str) -> tuple[str, str]:
    """A metric and its interval, as texts."""
    known, ends = scalars(values), (values.get("intervals") or {}).get(metric)
    value = figure(known[metric]) if metric in known else NONE
    return value, f"{figure(ends[0])} to {figure(ends[1])}" if ends else NONE


def further(results: dict[str, dict[str, Any]]) -> list[Html]:
    """Results that are neither a number nor shown elsewhere, as they stand."""
    rest = [
        (f"{data} {name}", code(plain(value)))
        for data, values in results.items()
        for name, value in values.items()
        if number(value) is None
        and name not in DRAWN
        and not (name == "confusion" and matrix_of(value))
    ]
    return [fold("Further results", facts(rest))] if rest else []


def classes(receipt: Receipt) -> Html | None:
    """Each data set's confusion matrix."""
    labels = receipt.data.classes if receipt.data else None
    matrices = {
        data: matrix
        for data, values in receipt.results.items()
        if (matrix := matrix_of(values.get("confusion")))
    }
    if not matrices:
        return None
    shaded = not all(searched(matrix) for matrix in matrices.values())
    return section(
        "classes",
        "Classes",
        *([element("p", LEGEND, class_="note")] if shaded else []),
        *(confusion(data, matrix, labels) for data, matrix in matrices.items()),
    )
