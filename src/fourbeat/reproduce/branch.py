"""Another way on from a step: a new run whose receipt names its parent."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fourbeat.checkpoint.store import CheckpointStore
from fourbeat.config.sources import override
from fourbeat.errors import ConfigError, RunError
from fourbeat.job.reopen import reopen
from fourbeat.job.train import Outcome, train
from fourbeat.loop.directory import free_directory
from fourbeat.receipt import model as receipts
from fourbeat.receipt.model import ParentRecord
from fourbeat.record import log
from fourbeat.record.history import history
from fourbeat.record.snapshots import NAME as SNAPSHOTS
from fourbeat.reproduce.replay import nearest, place, retrace

OPEN = (
    "optimizer.lr",
    "optimizer.weight_decay",
    "optimizer.momentum",
    "train.clip_norm",
    "train.clip_value",
    "train.epochs",
    "train.patience",
    "train.label_smoothing",
    "train.class_weights",
    "train.checkpoint_every",
    "model.dropout",
    "record.budget",
)
"""What may change on the way; all else would be another training from its first step."""

HORIZONS = ("cosine", "onecycle")
"""Schedules that were made for a number of epochs."""


def branch(
    run: str | Path,
    step: int,
    settings: Mapping[str, Any],
    out: str | Path | None = None,
    *,
    allow_inexact: bool = False,
    trust_code: bool = False,
) -> Outcome:
    """Go back to the beginning of a step and train on from there with other settings.

    Args:
        run: a declared run.
        step: steps done before it; 1 or more.
        settings: options by dotted name.
        out: the new run's directory. Default: the first of `<run>-branch`, `<run>-branch-2`, …
        allow_inexact, trust_code: see `replay`.

    Raises:
        ConfigError: for a setting that cannot change on the way.
        RunError: if the run is a script's, or does not hold the step.
        InexactError: if a step on the way differs from what was recorded.
    """
    run, out = Path(run), None if out is None else Path(out)
    receipt = receipts.read(run)
    if not receipt.declared:
        raise RunError(
            "a branch needs a declared run, and this one was trained by a script",
            str(run),
            "Change the script, and give its run a new directory",
        )
    receipt.refuse_together(run)
    closed = sorted(settings.keys() - set(OPEN))
    if closed:
        raise ConfigError(
            f"{', '.join(closed)} cannot change on the way",
            "--set",
            f"What can: {', '.join(OPEN)}. For others train anew",
        )
    config = reopen(run, receipt, trust_code=trust_code)
    if "train.epochs" in settings and config.scheduler.name in HORIZONS:
        raise ConfigError(
            f"the {config.scheduler.name} schedule was made for {config.train.epochs} epochs",
            "--set train.epochs",
            "Train anew for another length",
        )
    if "optimizer.lr" in settings and any(g.lr for g in config.optimizer.groups.values()):
        raise ConfigError(
            "groups of parameters have learning rates of their own",
            "--set optimizer.lr",
            "Train anew, and set each",
        )
    changed = override(config, settings)
    recorded = history(run)
    recorded.find(step)
    if step < 1:
        raise RunError("step 0 is the beginning", str(run), "Train anew with --set")
    if out is not None and out.exists() and any(out.iterdir()):
        raise RunError("the directory is not empty", str(out), "Choose a new one with --out")
    with tempfile.TemporaryDirectory(prefix="fourbeat-branch-") as folder:
        scratch = Path(folder) / run.absolute().name
        snapshot = nearest(run, step, [])
        if snapshot is not None:
            place(snapshot, scratch)
        if snapshot is None or snapshot.step < step:
            retrace(
                run,
                receipt,
                recorded,
                scratch,
                first=snapshot.step if snapshot else 0,
                wanted=(),
                last=step,
                every=step,
                allow_inexact=allow_inexact,
                trust_code=trust_code,
            )
        store = CheckpointStore(scratch / "checkpoints")
        store.open()
        state = store.read(store.good[step])
    move(state, config.optimizer.model_dump(), changed.optimizer.model_dump())
    out = free_directory(f"{run.absolute().name}-branch", run.parent) if out is None else out
    out.mkdir(parents=True, exist_ok=True)
    at = int(np.flatnonzero(recorded.step == step)[0])
    root = log.branch(run, at, out)
    parent = ParentRecord(
        run=receipt.run.name, step=step, steps_root=root.hex(), settings=dict(settings)
    )
    state["run"] |= {"records": at, "root": root, "parent": parent.model_dump(), "events": []}
    for kind in ("checkpoints", SNAPSHOTS):  # the one goes on, the other stays
        CheckpointStore(out / kind).write(step, state, receipt.environment)
    return train(changed, out, allow_inexact=allow_inexact)


def move(state: Any, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Give a saved optimizer, its schedule and its warm-up other options.

    A learning rate is multiplied: whatever a schedule has made of it by then stays in proportion.
    """
    share = now["lr"] / before["lr"]
    for optimizer in state["optimizer"].values():
        for group in optimizer["param_groups"]:
            for key in {"lr", "initial_lr", "max_lr", "min_lr"} & group.keys():
                group[key] = group[key] * share
            for key in {"weight_decay", "momentum"} & group.keys():
                if group[key] == before[key]:  # a group may have one of its own
                    group[key] = now[key]
    for scheduler in state["scheduler"].values():
        for key in {"base_lrs", "_last_lr"} & scheduler.keys():
            scheduler[key] = [rate * share for rate in scheduler[key]]
    for warmup in state["warmup"].values():
        warmup["aims"] = [aim * share for aim in warmup["aims"]]
