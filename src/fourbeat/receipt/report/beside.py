"""What stands beside the metrics: the declared decision, the baselines and the verdict."""

from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.markup import Html, bullets, element, section, table
from fourbeat.receipt.report.wording import NONE, figure
from fourbeat.receipt.results import BaselinesRecord, DecisionRecord


def decision(receipt: Receipt) -> Html | None:
    """The section on temperature and threshold."""
    found, data = receipt.decision, receipt.data
    if found is None or data is None:
        return None
    names = [label.name for label in data.labels] or data.classes[-1:]
    parts: list[Html] = []
    if found.goal:
        parts.append(element("p", f"The threshold is for {found.goal}."))
        parts.append(thresholds(found, names))
    if found.temperatures:
        values = ", ".join(figure(t) for t in found.temperatures)
        parts.append(element("p", f"The logits are divided by {values}."))
        rows = [
            [side, metric.replace("_", " "), figure(both["before"][metric]), figure(after)]
            for side, both in found.calibration.items()
            for metric, after in both["after"].items()
        ]
        heads = ["data", "metric", "as trained", "divided"]
        parts.append(table("Temperature", heads, "llrr", rows, "narrow"))
    return section("decision", "Decision", *parts, bullets(found.notes))


def thresholds(found: DecisionRecord, names: list[str]) -> Html:
    """Each threshold, and what it does on each data set."""
    known = list(next(iter(found.results.values()))[0])
    rows = [
        [name, f"{value:.4f}", side, *(figure(each[n][metric]) for metric in known)]
        for n, (name, value) in enumerate(zip(names, found.thresholds, strict=False))
        for side, each in found.results.items()
    ]
    heads = ["said to be", "from", "data", *(metric.replace("_", " ") for metric in known)]
    return table("Thresholds", heads, "lrl" + "r" * len(known), rows)


def baselines(receipt: Receipt) -> Html | None:
    """The section on simple models on the same split."""
    found = receipt.baselines
    if found is None:
        return None
    verdict = (
        [element("p", element("strong", found.verdict.text), class_="verdict")]
        if found.verdict
        else []
    )
    tables = [beside(receipt, found, side) for side in receipt.results] if found.models else []
    of = (
        "" if found.rows == found.of else f" They were made of {found.rows:,} of {found.of:,} rows."
    )
    note = element("p", f"Simple models on the identical split.{of}", class_="note")
    return section("baselines", "Baselines", *verdict, note, *tables, bullets(found.notes))


def beside(receipt: Receipt, found: BaselinesRecord, side: str) -> Html:
    """All models on one data set, the network first."""
    known = list(found.models[0].results.get(side, {}))
    network = receipt.results[side]
    rows = [["network", *(cell(network.get(metric)) for metric in known)]]
    rows += [
        [model.said, *(cell(model.results.get(side, {}).get(metric)) for metric in known)]
        for model in found.models
    ]
    heads = [side, *(metric.replace("_", " ") for metric in known)]
    return table(f"Baselines, {side}", heads, "l" + "r" * len(known), rows)


def cell(value: object) -> str:
    """A figure, or a dash."""
    return figure(value) if isinstance(value, float) else NONE
