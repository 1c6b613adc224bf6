"""Results in a terminal: figures with their intervals, the decision, the baselines and the verdict."""

from typing import Any

from rich.table import Table
from rich.text import Text

from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.wording import NONE, figure, number
from fourbeat.receipt.results import BaselinesRecord, DecisionRecord

MAIN = ("loss", "accuracy", "exact", "auc", "rmse", "mae", "r2")
"""What `train` prints, in this order."""

ALL = (
    "loss",
    "log_loss",
    "brier",
    "ece",
    "accuracy",
    "balanced_accuracy",
    "exact",
    "f1",
    "auc",
    "average_precision",
    "rmse",
    "mae",
    "r2",
)
"""What `show` prints."""

UNKNOWN = "?"


def written(value: Any) -> str:
    """A metric as the report has it; NaN is a text in a receipt, and what is not there a dash."""
    found = number(value)
    return "-" if found is None else figure(found)


def short(receipt: Receipt) -> Table:
    """Main metrics of the selected weights, a row a data set, and the interval of the test's."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("")
    names = there(receipt, MAIN)
    for name in ("rows", *names):
        table.add_column(name, justify="right")
    for data, values in receipt.results.items():
        count = values.get("examples", UNKNOWN)
        rows = f"{count:,}" if isinstance(count, int | float) else str(count)
        table.add_row(data, rows, *(written(values.get(name)) for name in names))
    if ends := receipt.results.get("test", {}).get("intervals"):
        for label, end in (("  95 % from", 0), ("  to", 1)):
            cells = (written(ends[name][end]) if name in ends else "" for name in names)
            table.add_row(label, "", *cells)
    return table


def there(receipt: Receipt, names: tuple[str, ...]) -> list[str]:
    """The metrics that a data set has."""
    return [name for name in names if any(name in v for v in receipt.results.values())]


def long(receipt: Receipt) -> Table:
    """Every metric in a row, every data set in a column, with the test's interval."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("")
    sides = list(receipt.results)
    for side in sides:
        table.add_column(side, justify="right")
    with_ends = [side for side in sides if receipt.results[side].get("intervals")]
    last = with_ends[-1] if with_ends else None
    if last:
        table.add_column(f"{last}, 95 %", justify="right")
    for name in there(receipt, ALL):
        row = [written(receipt.results[side].get(name)) for side in sides]
        if last:
            ends = receipt.results[last]["intervals"].get(name)
            row.append(f"{written(ends[0])} to {written(ends[1])}" if ends else "")
        table.add_row(name.replace("_", " "), *row)
    return table


def decision(found: DecisionRecord, names: list[str]) -> list[str]:
    """Temperature and threshold, and what they do on the test rows, a line each.

    Args:
        names: of the labels, or of the last class.
    """
    lines: list[str] = []
    if found.temperatures:
        values = ", ".join(f"{t:.4g}" for t in found.temperatures)
        side = last_of(found.calibration)
        both = found.calibration[side]
        lines.append(
            f"logits   divided by {values}: {side} log loss {figure(both['before']['log_loss'])} -> "
            f"{figure(both['after']['log_loss'])}, ECE {figure(both['before']['ece'])} -> "
            f"{figure(both['after']['ece'])}"
        )
    if found.goal:
        lines.append(f"goal     {found.goal}")
        side = last_of(found.results)
        for name, value, values in zip(names, found.thresholds, found.results[side], strict=False):
            parts = ("precision", "recall", "f1", "cost")
            said = ", ".join(f"{part} {written(values[part])}" for part in parts if part in values)
            lines.append(f"         {name} from {value:.4f} on: {side} {said}")
    return lines + [f"         {note}" for note in found.notes[1:]]


def last_of(sides: Any) -> str:
    """`test`, if it is there."""
    return "test" if "test" in sides else next(iter(sides))


def beside(found: BaselinesRecord) -> Table:
    """The baselines' main metrics on the test rows."""
    side = last_of(found.models[0].results) if found.models else "test"
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    share = "" if found.rows == found.of else f", from {found.rows:,} of {found.of:,} rows"
    table.add_column(f"beside it, {side}{share}")
    known = found.models[0].results[side] if found.models else {}
    names = [name for name in ("log_loss", *MAIN) if name in known]
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for model in found.models:
        table.add_row(
            Text(model.name), *(written(model.results[side].get(name, NONE)) for name in names)
        )
    return table


def all_of(receipt: Receipt, figures: Table) -> list[Any]:
    """A table of figures, and what stands below it."""
    found: list[Any] = [figures]
    if receipt.decision and receipt.data:
        labels = [label.name for label in receipt.data.labels]
        found += decision(receipt.decision, labels or receipt.data.classes[-1:])
    if receipt.baselines:
        if receipt.baselines.models:
            found.append(beside(receipt.baselines))
        if receipt.baselines.verdict:
            found.append(f"verdict  {receipt.baselines.verdict.text}")
        found += [f"         {note}" for note in receipt.baselines.notes]
    return found
