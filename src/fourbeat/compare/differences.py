"""In what two runs differ, as far as their receipts know."""

from collections.abc import Callable
from typing import Any, NamedTuple

from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.wording import flat, plain


class Difference(NamedTuple):
    """One thing that differs: its name, and what it is in each run, as texts."""

    what: str
    first: str
    second: str


NOTHING = "-"
"""What stands where a run does not have the thing."""


def differences(first: Receipt, second: Receipt) -> dict[str, list[Difference]]:
    """What differs, by part; a part in which nothing does has no line."""
    found: dict[str, list[Difference]] = {}
    for part, tell in PARTS.items():
        a, b = tell(first), tell(second)
        found[part] = [
            Difference(name, said(a, name), said(b, name))
            for name in dict.fromkeys([*a, *b])
            if said(a, name) != said(b, name)
        ]
    return found


def said(values: dict[str, Any], name: str) -> str:
    """A value as a text."""
    return plain(values[name]) if values.get(name) is not None else NOTHING


def config(receipt: Receipt) -> dict[str, Any]:
    """The options; where a script declared none, how its steps compute."""
    if receipt.config is not None:
        told = {key: value for key, value in receipt.config.items() if key != "seed"}
        leaves = flat(told)
    else:
        groups = {
            f"{name}.{n}": group
            for name, one in receipt.optimizers.items()
            for n, group in enumerate(one.groups)
        }
        leaves = [*flat(receipt.training.model_dump()), *flat(groups, "optimizer.")]
    return {name: value for name, value in leaves if not name.startswith("speed.measured")}


def model(receipt: Receipt) -> dict[str, Any]:
    """The network."""
    return receipt.model.model_dump(exclude={"architecture"}) | {
        "architecture": " ".join(receipt.model.architecture.split())
    }


def data(receipt: Receipt) -> dict[str, Any]:
    """Files by content, target, columns."""
    record = receipt.data
    if record is None:
        return {}
    found: dict[str, Any] = {"target": record.target, "task": record.task, "labels": record.classes}
    for file in record.files:
        found[f"{file.role} sha256"], found[f"{file.role} rows"] = file.sha256, file.rows
    found["columns"] = [column.name for column in record.columns if column.used]
    return found


def split(receipt: Receipt) -> dict[str, Any]:
    """How rows were divided, and which ones."""
    if receipt.data is None:
        return {}
    record = receipt.data.split
    rows = {f"{side} rows": count for side, count in record.rows.items()}
    hashes = {f"{side} rows' sha256": digest for side, digest in record.rows_sha256.items()}
    told = {"method": record.method, "by": record.by, "fold": record.fold, "seed": record.seed}
    return {**told, **rows, **hashes}


def code(receipt: Receipt) -> dict[str, Any]:
    """Which code trained."""
    return dict(flat(receipt.code.model_dump()))


def environment(receipt: Receipt) -> dict[str, Any]:
    """Software and machine."""
    return dict(flat(receipt.environment)) | {"fourbeat": receipt.fourbeat}


def seed(receipt: Receipt) -> dict[str, Any]:
    """Of the run."""
    return {"seed": receipt.run.seed}


PARTS: dict[str, Callable[[Receipt], dict[str, Any]]] = {
    "config": config,
    "seed": seed,
    "model": model,
    "data": data,
    "split": split,
    "code": code,
    "environment": environment,
}
