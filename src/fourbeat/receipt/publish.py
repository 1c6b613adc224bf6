"""A run's beginning and end on disk: the receipt declared, then sealed over the chosen weights."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from torch import Tensor

from fourbeat.checkpoint import files
from fourbeat.errors import RunError
from fourbeat.receipt import model as receipts
from fourbeat.receipt.model import Receipt
from fourbeat.receipt.report.page import html
from fourbeat.receipt.weights import weights_sha256

BEST = "best"
WEIGHTS = f"{BEST}/model.safetensors"
CARD = f"{BEST}/model.json"
REPORT = "report.html"
ANSWERS = "answers.parquet"
RECORDED = {"steps.log", "rows.log", "snapshots", ".ask.json", ".answer.json"}
OWN = {".lock", ".receipt.json.tmp", "checkpoints", BEST, REPORT, ANSWERS, receipts.NAME} | RECORDED

#: A scheduler moves these options of a group while it runs.
SCHEDULED = {"lr", "momentum", "betas"}


def refuse_strangers(directory: Path) -> None:
    """Leave a directory alone that is neither a run's nor empty.

    Raises:
        RunError: naming what is in it.
    """
    if directory.is_dir() and not (directory / receipts.NAME).exists():
        strange = sorted({path.name for path in directory.iterdir()} - OWN)
        if strange:
            raise RunError(
                f"the directory is not empty and holds no run: {', '.join(strange[:5])}",
                str(directory),
                "Choose a new one",
            )


def refuse_another(directory: Path, receipt: Receipt) -> Receipt | None:
    """Go on only with the training that was declared here.

    Returns:
        The receipt as the process before left it; None where nothing was trained yet.

    Raises:
        RunError: naming what differs.
    """
    before = trained(directory)
    if before is None:
        return None
    changed = tree_differences(declaration(before), declaration(receipt))
    if changed:
        raise RunError(
            "the directory holds another training: " + "; ".join(changed[:8]),
            str(directory),
            "Train into a new directory",
        )
    return before


def trained(directory: Path) -> Receipt | None:
    """The receipt of a run with a checkpoint, or finished; else another training harms nothing."""
    if not (directory / receipts.NAME).exists():
        return None
    receipt = receipts.read(directory)
    kept = receipt.run.status == "finished" or any(directory.glob("checkpoints/0*"))
    return receipt if kept else None


def declare(directory: Path, receipt: Receipt) -> None:
    """Write the receipt of a run that begins or goes on.

    Raises:
        RunError: if it cannot be written.
    """
    try:
        receipts.write(directory, receipt)
    except OSError as error:
        raise cannot_write(directory, error) from None


def declaration(receipt: Receipt) -> dict[str, Any]:
    """What two processes must agree on to work on one run."""
    tree = json.loads(receipt.model_dump_json())  # NaN and infinities as the file has them
    for record in tree["optimizers"].values():
        for group in record["groups"] if record["scheduler"] else ():
            for key in SCHEDULED & group.keys():
                del group[key]
    for file in (tree["data"] or {}).get("files", []):
        del file["path"]
    return {
        "seed": tree["run"]["seed"],
        **{key: tree[key] for key in ("config", "model", "optimizers", "training", "data")},
    }


def tree_differences(before: Any, now: Any, place: str = "") -> list[str]:
    """Where two plain trees differ: `training.accumulate was 1 and is 2`."""
    if isinstance(before, dict) and isinstance(now, dict):
        a, b = cast(dict[str, Any], before), cast(dict[str, Any], now)
        return [
            line
            for key in [*a, *(key for key in b if key not in a)]
            for line in tree_differences(a.get(key), b.get(key), f"{place}.{key}".lstrip("."))
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):  # pyright: ignore[reportUnknownArgumentType]
        pairs = zip(cast(list[Any], before), cast(list[Any], now), strict=True)
        return [
            line
            for i, (old, new) in enumerate(pairs)
            for line in tree_differences(old, new, f"{place}[{i}]")
        ]
    return [] if before == now else [f"{place} was {short(before)} and is {short(now)}"]


def short(value: Any) -> str:
    """A value in one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "…"


def publish(directory: Path, receipt: Receipt, state: Mapping[str, Tensor]) -> None:
    """Write the chosen weights and the report, and seal the receipt over them.

    `best/model.safetensors` holds the weights, `best/model.json` what is needed to use them.

    Raises:
        RunError: if the disk is full or not writable; the checkpoints stay as they are.
    """
    receipt.weights_sha256 = weights_sha256(state)
    page = html(receipt)
    try:
        (directory / BEST).mkdir(exist_ok=True)
        write_weights(directory / WEIGHTS, state)
        files.write_text(directory / CARD, card(receipt))
        files.write_text(directory / REPORT, page)
        receipt.artifacts = {
            str(path.relative_to(directory)): files.sha256(path) for path in published(directory)
        }
        receipt.seal = receipts.digest(receipt.model_dump_json())
        receipts.write(directory, receipt)
    except OSError as error:
        raise cannot_write(directory, error) from None


def note(directory: Path, receipt: Receipt) -> None:
    """Say in receipt and report how a run stands that is not sealed; best effort.

    What stopped the run may well keep this from being written, and is the error to hear of.
    """
    with suppress(OSError):
        receipts.write(directory, receipt)
        files.write_text(directory / REPORT, html(receipt))


def published(directory: Path) -> list[Path]:
    """The files that a receipt seals; each manifest seals its checkpoint in turn."""
    return [
        directory / WEIGHTS,
        directory / CARD,
        directory / REPORT,
        *directory.glob(ANSWERS),
        *sorted(directory.glob("checkpoints/*/manifest.json")),
    ]


def write_weights(path: Path, state: Mapping[str, Tensor]) -> None:
    """A state dict as safetensors, whole or not at all. Tied tensors are written out twice."""
    from safetensors.torch import save

    tensors = {
        name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in sorted(state.items())
        if isinstance(tensor, Tensor)  # pyright: ignore[reportUnnecessaryIsInstance]
    }
    files.write_bytes(path, save(tensors, metadata={"format": "pt"}))


def card(receipt: Receipt) -> str:
    """What the weights are, for whoever has them without the rest of the run."""
    tree = receipt.model_dump(mode="json")
    data = tree["data"] or {}
    fields = {
        "format": receipt.format,
        "fourbeat": receipt.fourbeat,
        "weights_sha256": receipt.weights_sha256,
        "model": {**tree["model"], "config": (tree["config"] or {}).get("model")},
        "selection": tree["selection"],
        "target": data.get("target"),
        "task": data.get("task"),
        "classes": data.get("classes"),
        "quantity": data.get("quantity"),
        "labels": data.get("labels"),
        "decision": tree["decision"],
        "columns": data.get("columns"),
        "images": data.get("images"),
    }
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def cannot_write(directory: Path, error: OSError) -> RunError:
    """A full or read-only disk."""
    return RunError(
        f"the run cannot be written: {error.strerror or error}",
        str(directory),
        "Make room (or choose another --out), then resume",
    )
