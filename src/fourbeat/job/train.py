"""Train a table: from a configuration to a sealed run, the same way the first time and again."""

import sys
from pathlib import Path
from typing import Any

import torch
from torch import nn

from fourbeat.config import Config
from fourbeat.job.metrics import Auc, confusion
from fourbeat.job.plan import Plan, resolve
from fourbeat.loop.directory import free_directory
from fourbeat.loop.fit import fit
from fourbeat.receipt import model as receipts
from fourbeat.receipt.code import CodeRecord, code_of
from fourbeat.receipt.model import Receipt


def train(
    config: Config,
    out: Path | None = None,
    *,
    frame: Any = None,
    allow_inexact: bool = False,
) -> tuple[Path, Receipt]:
    """Train as declared, or go on with the run in `out` if it was declared the same.

    Args:
        config: the declaration.
        out: the run's directory. Default: the first of `runs/<table>`, `runs/<table>-2`, … that
            is free.
        frame: a frame in memory, in place of `config.data.path`.
        allow_inexact: see `Run`.

    Returns:
        The run's directory and its sealed receipt. A finished run is not trained again.

    Raises:
        FourbeatError: of any kind; nothing half-written is left.
    """
    if out is not None and (out / receipts.NAME).exists():
        before = receipts.read(out)
        if before.run.status == "finished" and before.config == declared(config):
            return out, before
    # Free of charge for the built-in models, and needed by some operators of other ones.
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # pyright: ignore
    plan = resolve(config, frame)
    if out is None:
        stem = config.data.path.name.partition(".")[0] if config.data.path else "frame"
        stem = stem or "table"
        out = free_directory(stem)
    return out, run(plan, out, allow_inexact=allow_inexact)


def run(plan: Plan, out: Path, *, allow_inexact: bool) -> Receipt:
    """Train a plan in a directory."""
    config, classes = plan.config, plan.data.shape.classes
    return fit(
        plan.model,
        plan.train,
        plan.validation,
        test_loader=plan.test,
        loss_fn=nn.CrossEntropyLoss(),
        optimizer=plan.optimizer,
        scheduler=plan.scheduler,
        epochs=config.train.epochs,
        metrics={"auc": Auc(classes), "confusion": confusion(classes)},
        select=config.train.select,
        patience=config.train.patience,
        out=out,
        seed=config.seed,
        checkpoint_every=config.train.checkpoint_every,
        config=declared(config),
        data=plan.data.record,
        code=code(config),
        allow_inexact=allow_inexact,
    ).receipt


def declared(config: Config) -> dict[str, Any]:
    """The configuration as plain values, its files by their full paths."""
    tree = config.model_dump(mode="json")
    for section, key in (
        ("data", "path"),
        ("split", "validation_file"),
        ("split", "test_file"),
    ):
        if tree[section][key] is not None:
            tree[section][key] = str(Path(tree[section][key]).absolute())
    return tree


def code(config: Config) -> CodeRecord:
    """The user's own code: the module of a `module:factory`."""
    module = (
        sys.modules.get(config.model.name.partition(":")[0]) if ":" in config.model.name else None
    )
    file = getattr(module, "__file__", None)
    return code_of(Path(file)) if isinstance(file, str) else CodeRecord()
