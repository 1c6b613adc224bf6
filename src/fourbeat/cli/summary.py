"""What the verbs print of plans, receipts and runs: text for people, one object for programs."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fourbeat.cli import results
from fourbeat.config.data import EQUAL_ROWS
from fourbeat.data.record import DataFinding, DataRecord, ImageRecord
from fourbeat.errors import FourbeatError, RunError
from fourbeat.receipt import model as receipts
from fourbeat.receipt.model import OptimizerRecord, Receipt
from fourbeat.receipt.report.labels import LABEL_HEADS, label_rows
from fourbeat.receipt.report.wording import figure as plain
from fourbeat.receipt.results import RescoredRecord

ROWS_SHOWN = 3
"""Pairs of rows of a finding that are printed."""

UNKNOWN = "?"
"""What stands for a value that a receipt does not have."""


def dump(value: Any) -> None:
    """One JSON object on stdout."""
    print(json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False))


def finite(value: Any) -> Any:
    """NaN and infinities as texts, as a receipt has them: JSON knows neither."""
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    if isinstance(value, dict):
        return {key: finite(item) for key, item in cast(dict[str, Any], value).items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in cast(list[Any], value)]
    return value


def outcome(directory: Path, receipt: Receipt) -> dict[str, Any]:
    """What `train --json` prints."""
    best = receipt.selection
    last = receipt.curves[-1] if receipt.curves else None
    return {
        "run": str(directory),
        "status": receipt.run.status,
        "steps": receipt.run.steps,
        "epochs": receipt.run.epochs,
        "best": {"epoch": best.epoch, "metric": best.metric, "value": best.value} if best else None,
        "last": {"epoch": last.epoch, "train": last.train, "validation": last.validation}
        if last
        else None,
        "weights_sha256": receipt.weights_sha256,
        **receipt.results,
        "decision": receipt.decision and receipt.decision.model_dump(),
        "baselines": receipt.baselines and receipt.baselines.model_dump(),
    }


def print_outcome(directory: Path, receipt: Receipt, *, as_json: bool) -> None:
    """The end of a training."""
    if as_json:
        dump(outcome(directory, receipt))
        return
    console = plain_console()
    for line in headline(receipt):
        console.print(line)
    if receipt.results:
        for line in results.all_of(receipt, results.short(receipt)):
            console.print(line)
    if receipt.data:
        print_findings(console, receipt.data.findings, receipt.rescored)
    if receipt.inexact:
        console.print("INEXACT: " + "; ".join(receipt.inexact))
    console.print(f"run      {directory}   (report.html, receipt.json, best/model.safetensors)")


def headline(receipt: Receipt) -> list[str]:
    """Data, model and selection, a line each."""
    lines: list[str] = []
    if receipt.data:
        lines += [data_line(receipt.data), target_line(receipt.data), split_line(receipt.data)]
    lines.append(
        f"model    {receipt.model.name}, {receipt.model.parameters:,} parameters; "
        + ", ".join(f"{o.name} lr {rate(o)}" for o in receipt.optimizers.values())
    )
    if (config := receipt.config) and config.get("speed", {}).get("measured"):
        lines.append(f"speed    {speed_of(config)} (measured)")
    if receipt.selection:
        best, run = receipt.selection, receipt.run
        early = " (stopped early)" if run.stopped_early else ""
        lines.append(
            f"best     epoch {best.epoch} of {run.epochs}{early}, {run.steps:,} steps: "
            f"validation {best.metric} {figure(best.value)}"
        )
    if receipt.weights_sha256:
        lines.append(f"weights  sha256 {receipt.weights_sha256[:16]}…")
    return lines


def speed_of(config: dict[str, Any]) -> str:
    """What was chosen by measurement."""
    from fourbeat.config.options import CompileConfig, SpeedConfig

    compiling = config.get("compile")
    speed = SpeedConfig.model_validate(config["speed"])
    return speed.said(compiling and CompileConfig.model_validate(compiling))


def data_line(data: DataRecord) -> str:
    """What the rows are."""
    if not (data.files or data.columns or data.images):
        return f"data     {'; '.join(data.notes)}"
    name = data.files[0].name if data.files else UNKNOWN
    if data.images:
        return f"data     {name}: {images(data.images)}"
    used = [column for column in data.columns if column.used]
    kinds = {
        kind: sum(c.type == kind for c in used) for kind in dict.fromkeys(c.type for c in used)
    }
    what = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    left = [column.name for column in data.columns if not column.used]
    return f"data     {name}: {what}; left out: {', '.join(left) or '-'}"


def target_line(data: DataRecord) -> str:
    """What is predicted."""
    return "target   " + ": ".join(data.aim)


def images(record: ImageRecord) -> str:
    """What the model takes, and what training does with it."""
    mean, std = (", ".join(f"{v:.4f}" for v in values) for values in (record.mean, record.std))
    return f"{record.said}; mean {mean}, std {std}; {record.augmentation or 'not augmented'}"


def split_line(data: DataRecord) -> str:
    """How the rows were split."""
    rows = ", ".join(f"{name} {count:,}" for name, count in data.split.rows.items())
    split = data.split
    names = ["equal rows" if name == EQUAL_ROWS else repr(name) for name in split.by]
    by = f" by {' and '.join(names)}" if names else ""
    fold = f", fold {split.fold}" if split.fold else ""
    left = f"; {split.left:,} on no side" if split.left else ""
    return f"split    {split.method}{by}{fold}: {rows}{left}"


def rate(optimizer: OptimizerRecord) -> str:
    """The learning rate of the first group before the first step."""
    value = optimizer.groups[0].get("lr", UNKNOWN) if optimizer.groups else UNKNOWN
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def figure(value: Any) -> str:
    """A metric as the report has it; NaN is a text in a receipt."""
    return plain(value) if isinstance(value, float) else str(value if value is not None else "-")


def print_findings(
    console: Console, findings: Sequence[DataFinding], again: Sequence[RescoredRecord] = ()
) -> None:
    """What is wrong, with some of the guilty rows, what is measured without them, and the remedy."""
    for finding in findings:
        console.print(f"{finding.severity:8} {finding.message} [{finding.rule}]", markup=False)
        if finding.rows:
            said = "; ".join(" and ".join(pair) for pair in finding.rows[:ROWS_SHOWN])
            console.print(
                f"           rows {said}{'; …' if finding.count > ROWS_SHOWN else ''}", markup=False
            )
        for one in again:
            if one.model == "network" and (one.rule, one.columns) == (
                finding.rule,
                finding.columns,
            ):
                console.print(f"           without them: {without(one)}", markup=False)
        console.print(f"           {finding.fix}", markup=False)
    for one in again:
        if one.model != "network":
            line = f"without  {', '.join(one.columns)}: {one.model}, {without(one)}"
            console.print(line, markup=False)


def without(again: RescoredRecord) -> str:
    """The results without what is guilty: `653 test rows, accuracy 0.9234`."""
    said = [
        f"{name} {results.written(again.results[name])}"
        for name in results.MAIN
        if name in again.results
    ]
    return f"{again.rows:,} {again.data} rows" + "".join(f", {one}" for one in said)


def print_receipt(directory: Path, receipt: Receipt, *, as_json: bool) -> None:
    """The whole receipt, in a page."""
    if as_json:
        print(receipt.model_dump_json(indent=2))
        return
    console = plain_console()
    run = receipt.run
    console.print(Text(f"{run.name}: {run.status}", style="bold"))
    if run.error:
        console.print(run.error)
    if receipt.seal is None:
        from fourbeat.checkpoint.store import verify_all

        good, _ = verify_all(directory / "checkpoints")
        at = f"its last checkpoint is of step {max(good)}" if good else "it has no checkpoint yet"
        console.print(f"not finished; {at}. {receipt.way_on(directory)}")
    for line in headline(receipt):
        console.print(line)
    if receipt.results:
        for line in results.all_of(receipt, results.long(receipt)):
            console.print(line)
    for name, values in receipt.results.items():
        if "confusion" in values and receipt.data:
            console.print(confusion(name, values["confusion"], receipt.data.classes))
        if "label_counts" in values and receipt.data:
            console.print(by_label(name, values, [label.name for label in receipt.data.labels]))
    if receipt.data:
        if receipt.data.columns:
            console.print(columns(receipt.data))
        for note in receipt.data.notes:
            console.print(f"- {note}")
        print_findings(console, receipt.data.findings, receipt.rescored)
    for event in receipt.events:
        console.print(f"event    step {event.step}: {event.kind}: {event.text}")
    for found in receipt.findings:
        at = f"{found.file}:{found.line}: " if found.file else ""
        line = f"{found.severity:8} {at}{found.message} [{found.rule}]. {found.fix}"
        console.print(line, markup=False)
    for text in receipt.inexact:
        console.print(f"INEXACT  {text}")
    for text in receipt.determinism.statement if receipt.determinism else ():
        console.print(f"bits     {text}")
    for text in receipt.limits:
        console.print(f"limit    {text}")
    keys = ("torch", "python", "device", "cpu_capability", "threads")
    torch, python, device, cpu, threads = (receipt.environment.get(key, UNKNOWN) for key in keys)
    console.print(
        f"where    torch {torch}, Python {python}, {device}, {cpu}, {threads} threads; "
        f"seed {run.seed}",
        markup=False,
    )


def confusion(name: str, counts: list[list[int]], classes: list[str]) -> Table:
    """Truth by prediction, with recall and precision."""
    table = Table(title=f"{name}: truth by prediction", box=None, title_justify="left")
    table.add_column("")
    for label in classes:
        table.add_column(Text(label), justify="right")
    table.add_column("recall", justify="right")
    for label, row in zip(classes, counts, strict=True):
        right, total = row[classes.index(label)], sum(row)
        recall = f"{right / total:.3f}" if total else "-"
        table.add_row(Text(label), *(f"{count:,}" for count in row), recall)
    precisions = [
        f"{counts[i][i] / total:.3f}" if (total := sum(row[i] for row in counts)) else "-"
        for i in range(len(classes))
    ]
    table.add_row("precision", *precisions, "")
    return table


def by_label(name: str, values: dict[str, Any], labels: list[str]) -> Table:
    """How each label was predicted."""
    table = Table(title=f"{name}: label by label", box=None, title_justify="left")
    table.add_column("")
    for head in LABEL_HEADS:
        table.add_column(head, justify="right")
    for label, cells in zip(labels, label_rows(values), strict=True):
        table.add_row(Text(label), *cells)
    return table


def columns(data: DataRecord) -> Table:
    """The schema; the missing values are those of the training rows."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("column", "type", "missing", "why"):
        table.add_column(name, justify="right" if name == "missing" else "left")
    for column in data.columns:
        missing = f"{column.missing:,}" if column.used else ""
        table.add_row(*(Text(text) for text in (column.name, column.type, missing, column.reason)))
    return table


def print_runs(directory: Path, *, as_json: bool) -> None:
    """One line a run, newest last."""
    if not directory.is_dir():
        raise RunError("no such folder", str(directory), "Give the folder that holds the runs")
    found: list[tuple[float, Path, Receipt | FourbeatError]] = []
    paths = [directory / receipts.NAME, *directory.glob(f"*/{receipts.NAME}")]
    for path in paths:
        if path.is_file():
            try:
                receipt: Receipt | FourbeatError = receipts.read(path.parent)
            except FourbeatError as error:
                receipt = error
            found.append((path.stat().st_mtime, path.parent, receipt))
    found.sort(key=lambda item: item[:2])
    if as_json:
        dump(
            {
                "runs": [
                    outcome(place, receipt)
                    if isinstance(receipt, Receipt)
                    else {"run": str(place), "status": "unreadable", "error": str(receipt)}
                    for _, place, receipt in found
                ]
            }
        )
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("run", "status", "epochs", "best", "test", "weights"):
        table.add_column(name)
    for _, place, receipt in found:
        if not isinstance(receipt, Receipt):
            table.add_row(Text(str(place)), "unreadable", "", "", "", "")
            continue
        best, test = receipt.selection, receipt.results.get("test", {})
        names = ("accuracy", "auc", "rmse", "r2")
        shown = [f"{name} {figure(test[name])}" for name in names if name in test]
        table.add_row(
            Text(str(place)),
            receipt.run.status,
            str(receipt.run.epochs),
            f"{best.metric} {figure(best.value)} @ {best.epoch}" if best else "-",
            " ".join(shown) or "-",
            (receipt.weights_sha256 or "-")[:12],
        )
    console = plain_console()
    console.print(table if found else f"no run in {directory}")


def plain_console() -> Console:
    """Standard output; no colours or wrapping where it is not a terminal."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if not console.is_terminal:
        console.width = 200
    return console
