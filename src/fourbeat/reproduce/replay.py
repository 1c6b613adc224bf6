"""A step done again: from the nearest snapshot, every step on the way verified."""

import os
import shutil
import tempfile
from collections.abc import Container, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fourbeat.checkpoint.store import Checkpoint, verify
from fourbeat.errors import CheckpointError, InexactError, RunError
from fourbeat.observe.events import Event
from fourbeat.observe.stream import Reader, Stream, watching
from fourbeat.receipt import model as receipts
from fourbeat.receipt.environment import differences, environment
from fourbeat.receipt.model import Receipt
from fourbeat.record.history import History, history
from fourbeat.record.snapshots import NAME as SNAPSHOTS
from fourbeat.reproduce.compare import Divergence
from fourbeat.reproduce.rerun import ScriptFailedError, train_again
from fourbeat.reproduce.seen import Seen
from fourbeat.reproduce.witness import DivergedError, Reached, Witness
from fourbeat.script.stop import Stop


@dataclass(slots=True)
class Replayed:
    """What a replay found.

    Attributes:
        start: the step it began from: 0, or that of a snapshot.
        verified: steps that were done again and equal what was recorded.
        seen: the steps that were asked for, by number.
        differences: from what was recorded, where the user allowed them.
        notes: what should be known, in words.
    """

    start: int
    verified: int = 0
    seen: dict[int, Seen] = field(default_factory=dict[int, Seen])
    differences: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])


@contextmanager
def replay(
    run: str | Path, *, step: int, allow_inexact: bool = False, trust_code: bool = False
) -> Generator[Seen]:
    """Go back to a step: `with fourbeat.replay("runs/x", step=47) as step`.

    The run is trained again, in a directory of its own, from its nearest snapshot; each step on
    the way is verified against the step log. The run itself is left alone. Within the block, model
    and optimizer are live, and stand just before the update: weights as they were, gradients in
    `.grad`.

    Args:
        run: its directory.
        step: steps done before it, as in `step.number`.
        allow_inexact: go on where data, code or environment are not what they were.
        trust_code: run code that the receipt names, wherever it lies.

    Raises:
        RunError: if there is no such step, or the run cannot be trained again.
        InexactError: if a step differs from what was recorded, naming the first.
    """
    found = replay_steps(
        Path(run), range(step, step + 1), allow_inexact=allow_inexact, trust_code=trust_code
    )
    seen = found.seen[step]
    seen.rewind()
    yield seen


def replay_steps(
    run: Path,
    steps: range,
    *,
    allow_inexact: bool = False,
    trust_code: bool = False,
) -> Replayed:
    """Do steps again, and keep what they did; see `replay`."""
    receipt = receipts.read(run)
    receipt.refuse_together(run)
    if receipt.training.whole:
        raise RunError(
            "its steps are whole graphs: there is nothing to look into between forward and update",
            str(run),
            "`fourbeat reproduce` trains it again; a run without --compile step can be replayed",
        )
    log_ = history(run)
    for step in (steps[0], steps[-1]):
        log_.find(step)
    parent = receipt.parent
    if parent is not None and steps[0] < parent.step:
        raise RunError(
            f"step {steps[0]} was done by the run {parent.run!r}, and this is its branch from step "
            f"{parent.step} on",
            str(run),
            "Replay it there",
        )
    found = Replayed(0)

    def from_(snapshot: Checkpoint | None) -> Witness:
        found.start = snapshot.step if snapshot else 0
        with tempfile.TemporaryDirectory(prefix="fourbeat-replay-") as folder:
            scratch = Path(folder) / run.absolute().name
            if snapshot is not None:
                place(snapshot, scratch)
            return retrace(
                run,
                receipt,
                log_,
                scratch,
                first=found.start,
                wanted=steps,
                last=steps[-1],
                allow_inexact=allow_inexact,
                trust_code=trust_code,
            )

    snapshot = nearest(run, steps[0], found.notes)
    try:
        witness = from_(snapshot)
    except (DivergedError, ScriptFailedError) as error:
        if snapshot is None or receipt.declared:
            raise
        found.notes.append(
            f"done from the start: from the snapshot of step {snapshot.step} it goes otherwise "
            f"({error.problems[0].fact}), so the script keeps something by itself (a count of its "
            f"own, a buffer) that `extra=` does not give to the run"
        )
        witness = from_(None)
    found.seen, found.verified = witness.seen, witness.verified
    found.differences = [str(divergence) for divergence in witness.divergences]
    missing = [step for step in steps if step not in found.seen]
    if missing:
        raise RunError(
            f"the training ended before step {missing[0]}",
            str(run),
            "The log holds it: something outside of the run decides how long it trains",
        )
    return found


def retrace(
    run: Path,
    receipt: Receipt,
    log_: History | None,
    scratch: Path,
    *,
    first: int,
    wanted: Container[int],
    last: int | None,
    every: int | None = None,
    recorded: bool = False,
    allow_inexact: bool,
    trust_code: bool,
) -> Witness:
    """Train a run again in `scratch`, verified step by step, until a last step or its end.

    Raises:
        DivergedError: at the first step that differs, unless `allow_inexact`.
        RunError: if nothing was trained.
    """
    witnesses: list[Witness] = []
    # Of no use to raise these within a script: it may catch them, and go on.
    refused: list[InexactError] = []
    stop = Stop(Reached)

    def refuse(divergence: Divergence) -> None:
        why = "The same seed, data, code and environment give the same bits: one of them changed"
        refused.append(DivergedError(divergence, str(run), why))

    def watcher(stream: Stream) -> Reader | None:
        # The stream of a script that is observed has no directory, that of a run has its own.
        if stop.asked or stream.directory != (None if receipt.observed else scratch.absolute()):
            return None
        refusing = None if allow_inexact else refuse
        begin = witnesses[-1].next if witnesses else first  # a script may open its run again
        witness = Witness(stream, log_, begin, wanted, last, stop.now, refusing)
        witnesses.append(witness)
        unchecked = [receipt.environment]

        def read(event: Event) -> None:
            if unchecked:  # a script may set threads and flags before its first step, so not before
                try:
                    refuse_elsewhere(run, unchecked.pop(), allow_inexact=allow_inexact)
                except InexactError as error:
                    refused.append(error)
            if refused:
                stop.now()
            witness(event)

        return read

    try:
        with watching(watcher):
            train_again(
                run,
                receipt,
                scratch,
                stop,
                every=every,
                recorded=recorded,
                allow_inexact=allow_inexact,
                trust_code=trust_code,
            )
    except Reached:  # of a declared run
        pass
    except RunError:
        if receipt.run.status != "failed" or not witnesses:
            raise  # else it ended so the first time
    if refused:
        raise refused[0]
    if not witnesses:
        raise RunError(
            "the script made no run in this directory when it was started again",
            str(run),
            f"Arguments: {' '.join(receipt.command.arguments) if receipt.command else ''}",
        )
    for later in witnesses[1:]:
        witnesses[0].add(later)
    return witnesses[0]


def refuse_elsewhere(run: Path, before: Mapping[str, Any], *, allow_inexact: bool) -> None:
    """Refuse an environment that may give other bits.

    Raises:
        InexactError: with the list of differences.
    """
    changed = differences(before, environment(before["device"]))
    threads = before.get("threads")
    alike = f" (its threads: OMP_NUM_THREADS={threads})" if "threads: " in " ".join(changed) else ""
    if changed and not allow_inexact:
        raise InexactError(
            "here it would not give the same bits: " + "; ".join(changed),
            str(run),
            f"Do it where it was trained{alike}, or go on with --allow-inexact",
        )


def nearest(run: Path, step: int, notes: list[str]) -> Checkpoint | None:
    """The last whole snapshot or checkpoint that is not after a step; None for the beginning."""
    folders = [
        path
        for kind in (SNAPSHOTS, "checkpoints")
        for path in (run / kind).glob("*")
        if path.name.isdigit() and int(path.name) <= step
    ]
    for path in sorted(folders, key=lambda path: int(path.name), reverse=True):
        try:
            return verify(path)
        except CheckpointError as error:
            notes.append(f"passed over a broken snapshot: {error}")
    return None


def place(snapshot: Checkpoint, scratch: Path) -> None:
    """Give a directory a snapshot to resume from, without a copy where the disk allows it."""
    target = scratch / "checkpoints" / snapshot.path.name
    target.mkdir(parents=True)
    for file in snapshot.path.iterdir():
        try:
            os.link(file, target / file.name)
        except OSError:
            shutil.copy2(file, target / file.name)
