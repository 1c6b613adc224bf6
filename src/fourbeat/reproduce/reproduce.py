"""A run trained again from its receipt: the same weights, or the first difference and why."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fourbeat.checkpoint.store import Checkpoint
from fourbeat.errors import RunError
from fourbeat.job.reopen import changed_data
from fourbeat.loop.directory import free_directory
from fourbeat.receipt import model as receipts
from fourbeat.receipt.environment import differences
from fourbeat.receipt.model import Receipt
from fourbeat.receipt.publish import declaration, tree_differences
from fourbeat.record.history import History, history
from fourbeat.reproduce.replay import nearest, place, retrace
from fourbeat.reproduce.rerun import moved
from fourbeat.reproduce.witness import Witness


@dataclass(slots=True)
class Reproduction:
    """What came of it.

    Attributes:
        directory: where the run was trained again; None if nothing was kept.
        start: the step it began from.
        verified: steps that equal what was recorded.
        weights: of the selected and the last weights, `(before, now)`, by what they are.
        first: the first step that differs, and in what, in words; None where the log knows of none.
        why: what is not as it was, in words; also where the bits are the same all the same.
    """

    directory: Path | None
    start: int = 0
    verified: int = 0
    weights: dict[str, tuple[str | None, str | None]] = field(
        default_factory=dict[str, tuple[str | None, str | None]]
    )
    first: str | None = None
    why: list[str] = field(default_factory=list[str])

    @property
    def same(self) -> bool:
        """Whether everything that was compared is equal."""
        compared = [before == now for before, now in self.weights.values() if before is not None]
        return self.first is None and all(compared) and bool(compared or self.verified)


def reproduce(
    run: Path,
    out: Path | None = None,
    *,
    paths: Mapping[str, Path] | None = None,
    trust_code: bool = False,
) -> Reproduction:
    """Train a run again, from its beginning, in a new directory, and compare.

    What is not as it was (data, code, environment) is no reason not to try: it is named.

    Args:
        run: its directory, or its receipt alone as a file; then there are no steps to compare.
        out: the new directory. Default: the first of `<run>-again`, `<run>-again-2`, …
        paths: where the data's files are now, by the path in the receipt or by their name.
        trust_code: run code that the receipt names, wherever it lies.

    Raises:
        RunError: if it cannot be trained again.
    """
    directory = run.parent if run.is_file() else run
    receipt = read(run)
    receipt.refuse_together(directory)
    if receipt.parent is not None:
        raise RunError(
            f"the run is a branch of {receipt.parent.run!r} at step {receipt.parent.step}",
            str(run),
            "Reproduce that one, and branch again: `fourbeat replay --step N --set …`",
        )
    receipt = moved(receipt, {path_of(receipt, name): path for name, path in (paths or {}).items()})
    recorded = None if run.is_file() else logged(run)
    stem = receipt.run.name
    out = free_directory(f"{stem}-again", directory.parent) if out is None else out
    if out.exists() and any(out.iterdir()):
        raise RunError("the directory is not empty", str(out), "Choose a new one with --out")
    witness = retrace(
        directory,
        receipt,
        recorded,
        out,
        first=0,
        wanted=(),
        last=None,
        recorded=True,
        allow_inexact=True,
        trust_code=trust_code,
    )
    found = Reproduction(out, 0, witness.verified)
    judge(found, receipt, receipts.read(out), witness)
    return found


def prove_resume(
    run: Path, *, allow_inexact: bool = False, trust_code: bool = False
) -> Reproduction:
    """Resume a run from a checkpoint it has, and see that it meets what was recorded after it.

    The run itself is left alone. It begins from the newest checkpoint or snapshot that has steps
    after it, and goes to the last step that is recorded.

    Args:
        run: its directory.
        allow_inexact: try where data, code or environment are not what they were.
        trust_code: run code that the receipt names, wherever it lies.

    Raises:
        RunError: if nothing is there to begin from.
        InexactError: if data, code or environment are not what they were.
    """
    receipt = read(run)
    receipt.refuse_together(run)
    recorded = history(run)
    if not recorded.counted.any():
        raise RunError("the log holds no step", str(run))
    last = int(recorded.step[recorded.counted].max())
    notes: list[str] = []
    start: Checkpoint | None = nearest(run, last, notes)
    if start is None:
        raise RunError(
            "no checkpoint and no snapshot has recorded steps after it",
            str(run),
            "; ".join(notes) or "`fourbeat reproduce` trains it from the beginning",
        )
    ended = receipt.run.status == "finished"
    with tempfile.TemporaryDirectory(prefix="fourbeat-verify-") as folder:
        scratch = Path(folder) / run.absolute().name
        place(start, scratch)
        witness = retrace(
            run,
            receipt,
            recorded,
            scratch,
            first=start.step,
            wanted=(),
            last=None if ended else last,
            allow_inexact=allow_inexact,
            trust_code=trust_code,
        )
        found = Reproduction(None, start.step, witness.verified, why=notes)
        if ended:
            judge(found, receipt, receipts.read(scratch), witness)
    return found


def judge(found: Reproduction, before: Receipt, now: Receipt, witness: Witness) -> None:
    """Compare what came of two trainings, and find reasons where they differ."""
    found.weights = {
        "selected": (before.weights_sha256, now.weights_sha256),
        "last": (before.last_weights_sha256, now.last_weights_sha256),
    }
    if witness.divergences:
        found.first = str(witness.divergences[0])
    elif before.run.status != "interrupted" and before.run.steps != now.run.steps:
        found.first = f"it had {before.run.steps:,} steps, and now {now.run.steps:,}"
    elif not found.same:
        found.first = first_epoch(before, now)
    if found.same:
        found.why += changes(before, now)
    elif found.first is None and found.verified == before.run.steps:
        found.why.append("every step equals the log: the receipt's hash is not of these weights")
    else:
        found.why += changes(before, now) or [
            "nothing that the receipt knows of: NumPy or Python draw unseeded, or an operator or a "
            "loader is not deterministic"
        ]


def changes(before: Receipt, now: Receipt) -> list[str]:
    """What is not as it was: data, code, random numbers, configuration, environment."""
    found = changed_data(before)
    for name, digest in before.code.modules.items():
        if now.code.modules.get(name) != digest:
            found.append(f"the code of {name} has changed")
    if before.code.script_sha256 != now.code.script_sha256:
        found.append(f"the script {before.code.script} has changed")
    if before.data and now.data and before.data.split != now.data.split:
        found.append("the split has other rows")
    if before.run.seed != now.run.seed:
        found.append(f"the seed was {before.run.seed} and is {now.run.seed}")
    elif before.run.generators_sha256 != now.run.generators_sha256:
        found.append("the random numbers begin elsewhere: something else was drawn or seeded first")
    old, new = declaration(before), declaration(now)
    for part in ("model", "optimizers", "training"):
        found += tree_differences(old[part], new[part], part)
    found += differences(before.environment, now.environment)
    return found


def first_epoch(before: Receipt, now: Receipt) -> str | None:
    """The first epoch whose figures differ, in words."""
    for old, new in zip(before.curves, now.curves, strict=False):
        a, b = (json.loads(record.model_dump_json()) for record in (old, new))
        for side in ("train", "validation"):
            for name, value in a[side].items():
                if b[side].get(name) != value:
                    return (
                        f"epoch {old.epoch}: {side} {name} was {value} and is {b[side].get(name)}"
                    )
    if len(before.curves) != len(now.curves):
        return f"it had {len(before.curves)} epochs, and now {len(now.curves)}"
    return None


def read(run: Path) -> Receipt:
    """A run's receipt, by its directory or by its file.

    Raises:
        RunError: if there is none that is whole, or the run has not begun.
    """
    if not run.is_file():
        return receipts.read(run)
    if run.name != receipts.NAME:
        raise RunError("not a receipt", str(run), f"Name a run's directory, or its {receipts.NAME}")
    return receipts.read(run.parent)


def logged(run: Path) -> History | None:
    """The step log, if the run has one."""
    try:
        return history(run)
    except RunError:
        return None


def path_of(receipt: Receipt, name: str) -> str:
    """The path in a receipt that a path or a file's name means.

    Raises:
        RunError: if it means none.
    """
    files = receipt.data.files if receipt.data else []
    for file in files:
        if file.path is not None and name in (file.path, file.name, file.role):
            return file.path
    known = ", ".join(file.name for file in files)
    raise RunError(f"the run has no data file {name!r}", "--data", f"It has {known or 'none'}")


def described(found: Reproduction) -> dict[str, Any]:
    """As plain values."""
    return {
        "same": found.same,
        "directory": None if found.directory is None else str(found.directory),
        "start": found.start,
        "steps_verified": found.verified,
        "weights_sha256": {
            name: {"before": before, "now": now} for name, (before, now) in found.weights.items()
        },
        "first_difference": found.first,
        "why": found.why,
    }
