"""Train a table or images: from a configuration to a sealed run, the same way the first time and again."""

import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.utils.deterministic

from fourbeat.config.options import PATHS, Config
from fourbeat.config.sources import load as load_config
from fourbeat.data import folders
from fourbeat.data.source import identity
from fourbeat.errors import InexactError
from fourbeat.job import image_plan
from fourbeat.job.making import make_average, make_compile
from fourbeat.job.metrics import Auc, confusion
from fourbeat.job.plan import Plan, resolve
from fourbeat.loop.directory import free_directory
from fourbeat.loop.fit import fit
from fourbeat.receipt.code import CodeRecord, code_of
from fourbeat.receipt.model import Receipt
from fourbeat.receipt.publish import trained


class Outcome(NamedTuple):
    """What a training leaves: the run's directory and its sealed receipt."""

    directory: Path
    receipt: Receipt


def train(
    config: Config,
    out: Path | None = None,
    *,
    frame: Any = None,
    allow_inexact: bool = False,
    profile: int = 0,
) -> Outcome:
    """Train as declared, or go on with the run in `out` if it was declared the same.

    Args:
        config: the declaration.
        out: the run's directory. Default: the first of `runs/<table>`, `runs/<table>-2`, … that
            is free.
        frame: a frame in memory, in place of `config.data.path`.
        allow_inexact, profile: see `Run`.

    Returns:
        The run's directory and its sealed receipt. A finished run is not trained again.

    Raises:
        InexactError: if the factory's code differs from what trained the run so far.
        FourbeatError: of any kind; nothing half-written is left.
    """
    before = None if out is None else trained(out)
    if out is not None and before is not None and before.run.status == "finished":
        config = filled(config, before)
        if before.config == declared(config) and same_data(before, config, frame):
            return Outcome(out, before)
    with deterministic():
        plan = resolve(config, frame)
        if out is None:
            stem = config.data.path.name.partition(".")[0] if config.data.path else "frame"
            out = free_directory(stem or "table")
        if before is not None and not allow_inexact:
            refuse_other_code(out, before, code(config))
        return Outcome(out, run(plan, out, allow_inexact=allow_inexact, profile=profile))


def train_table(
    table: Any,
    target: str = "",
    *,
    out: str | Path | None = None,
    ignore: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> Outcome:
    """Train a classifier on a table or on images, as `fourbeat train` does.

    Args:
        table: a path, or a frame with `__arrow_c_stream__` (pandas, Polars, pyarrow, DuckDB); or
            images: a folder by class, an IDX file, `fashion-mnist` with the setting `data.dir`.
        target: the column to predict; none for images.
        out: the run's directory; an unfinished run in it goes on. Default: a free one in `runs/`.
        ignore: columns to leave out: names or shell patterns.
        settings: any option of the configuration by its dotted name: `{"train.epochs": 20}`.

    Returns:
        The run's directory, for `fourbeat.load`, and its receipt.

    Raises:
        ConfigError, DataError: with what does not fit, all at once.
    """
    flags: dict[str, Any] = {"data.ignore": list(ignore), **(settings or {})}
    if target:
        flags["data.target"] = target
    is_path = isinstance(table, str | Path)
    if is_path:
        flags["data.path"] = str(table)
    config = load_config(flags=flags)
    return train(config, None if out is None else Path(out), frame=None if is_path else table)


def filled(config: Config, before: Receipt) -> Config:
    """The options that a run chose by its data, where they are left to it again."""
    tree = before.config or {}
    chosen = {
        "data": {"min_count": tree.get("data", {}).get("min_count")},
        "train": {"batch_size": tree.get("train", {}).get("batch_size")},
    }
    sections: dict[str, Any] = {}
    for name, options in chosen.items():
        section = getattr(config, name)
        open_ones = {key: v for key, v in options.items() if getattr(section, key) is None}
        sections[name] = section.model_copy(update=open_ones)
    return config.model_copy(update=sections)


def same_data(before: Receipt, config: Config, frame: Any) -> bool:
    """Whether a run was trained on these very rows."""
    known = [file.sha256 for file in before.data.files] if before.data else []
    if config.image is not None:
        return known == [folders.identity(path) for path in image_plan.files(config)]
    given = [config.data.path if frame is None else frame]
    given += [config.split.validation_file, config.split.test_file]
    return known == [identity(data) for data in given if data is not None]


def refuse_other_code(out: Path, before: Receipt, now: CodeRecord) -> None:
    """Go on with the code that a run began with.

    Raises:
        InexactError: naming the file that differs.
    """
    known = before.code.script_sha256
    if known is not None and known != now.script_sha256:
        raise InexactError(
            f"{before.code.script} has changed since the run began",
            str(out),
            "Put it back, train into a new directory, or go on with --allow-inexact",
        )


@contextmanager
def deterministic() -> Generator[None]:
    """Deterministic operators for a while: free of charge for the built-in models."""
    before = torch.are_deterministic_algorithms_enabled()
    only_warned = torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic
    filled = memory.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True, warn_only=True)
    memory.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=only_warned)
        memory.fill_uninitialized_memory = filled


def run(plan: Plan, out: Path, *, allow_inexact: bool, profile: int) -> Receipt:
    """Train a plan in a directory; the receipt's configuration has what the plan chose."""
    config, classes = plan.resolved(), plan.data.shape.classes
    return fit(
        plan.model,
        plan.train,
        plan.validation,
        test_loader=plan.test,
        loss_fn=plan.loss,
        optimizer=plan.optimizer,
        scheduler=plan.scheduler,
        epochs=config.train.epochs,
        metrics={"auc": Auc(classes), "confusion": confusion(classes)},
        select=config.train.select,
        patience=config.train.patience,
        out=out,
        warmup=config.scheduler.warmup,
        precision=config.train.precision,
        accumulate=config.train.accumulate,
        clip_norm=config.train.clip_norm,
        clip_value=config.train.clip_value,
        average=make_average(config.train),
        compile=make_compile(config.compile),
        seed=config.seed,
        checkpoint_every=config.train.checkpoint_every,
        config=declared(config),
        data=plan.data.record,
        code=code(config),
        allow_inexact=allow_inexact,
        profile=profile,
    ).receipt


def declared(config: Config) -> dict[str, Any]:
    """The configuration as plain values, its files by their full paths."""
    tree = config.model_dump(mode="json")
    named = config.data.dir is not None  # then the path is no path, but a name
    for section, key in PATHS:
        if tree[section][key] is not None and not (named and key == "path"):
            tree[section][key] = str(Path(tree[section][key]).absolute())
    return tree


def code(config: Config) -> CodeRecord:
    """The user's own code: the module of a `module:factory`."""
    module = (
        sys.modules.get(config.model.name.partition(":")[0]) if ":" in config.model.name else None
    )
    file = getattr(module, "__file__", None)
    return code_of(Path(file)) if isinstance(file, str) else CodeRecord()
