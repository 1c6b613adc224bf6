"""Train a table or images: from a configuration to a sealed run, the same way the first time and again."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.utils.deterministic

from fourbeat.checkpoint.files import sha256
from fourbeat.code import file_of, is_code
from fourbeat.config.options import PATHS, CompileConfig, Config, SpeedConfig
from fourbeat.data import folders
from fourbeat.data.record import DataRecord
from fourbeat.data.source import identity
from fourbeat.errors import DataError, FourbeatError, InexactError, Problem, RunError, first_line
from fourbeat.job import image_plan
from fourbeat.job.making import make_average, make_compile
from fourbeat.job.plan import Plan, resolve
from fourbeat.job.results.conclude import conclude
from fourbeat.job.tasks.known import TASKS
from fourbeat.job.tune import of_threads, tuned
from fourbeat.job.whole import Pass, of_the_whole
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
    tune: bool = False,
    strict: bool = False,
) -> Outcome:
    """Train as declared, or go on with the run in `out` if it was declared the same.

    Args:
        config: the declaration.
        out: the run's directory. Default: the first of `runs/<table>`, `runs/<table>-2`, … that
            is free.
        frame: a frame in memory, in place of `config.data.path`.
        allow_inexact, profile: see `Run`.
        tune: first choose threads, compiling and the size of evaluation batches by measurement; see
            `tune.tuned`. A run that goes on keeps what it began with.

        strict: errors and warnings about the data are fatal.

    Returns:
        The run's directory and its sealed receipt. A finished run is not trained again.

    Raises:
        InexactError: if the factory's code differs from what trained the run so far.
        FourbeatError: of any kind; nothing half-written is left.
    """
    before = None if out is None else trained(out)
    if tune and before is not None:
        config = as_before(config, before)
    if out is not None and before is not None and before.run.status == "finished":
        config = filled(config, before)
        same_code = before.code.modules == code(config).modules
        if before.config == declared(config) and same_code and same_data(before, config, frame):
            return Outcome(out, before)
    with deterministic(strict=config.train.deterministic):
        plan = resolve(config, frame)
        if strict:
            refuse_findings(plan.record)
        if tune and before is None:
            plan = tuned(plan)
        if out is None:
            out = free_directory(name_of(config))
        if before is not None and not allow_inexact:
            refuse_other_code(out, before, code(config))
        with users_errors(config), of_threads(plan.config.speed.threads):
            return Outcome(out, run(plan, out, allow_inexact=allow_inexact, profile=profile))


def refuse_findings(data: DataRecord) -> None:
    """Train only on data with which nothing is wrong.

    Raises:
        DataError: naming all that is.
    """
    serious = [finding for finding in data.findings if finding.severity != "note"]
    if serious:
        raise DataError(
            Problem(f"{finding.message} [{finding.rule}]", "", finding.fix) for finding in serious
        )


def as_before(config: Config, before: Receipt) -> Config:
    """The choices of speed that a run was begun with."""
    tree = before.config or {}
    compiling = tree.get("compile")
    return config.model_copy(
        update={
            "speed": SpeedConfig.model_validate(tree.get("speed", {})),
            "compile": compiling and CompileConfig.model_validate(compiling),
        }
    )


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


def name_of(config: Config) -> str:
    """What a run's directory is called where nothing else was said."""
    if config.data.factory is not None:
        return config.data.factory.partition(":")[0].rpartition(".")[2]
    return (config.data.path.name.partition(".")[0] if config.data.path else "frame") or "table"


def same_data(before: Receipt, config: Config, frame: Any) -> bool:
    """Whether a run was trained on these very rows."""
    if config.data.factory is not None:
        return True  # its code was compared
    known = [file.sha256 for file in before.data.files] if before.data else []
    if config.image is not None:
        return known == [folders.identity(path) for path in image_plan.files(config)]
    given = [config.data.path if frame is None else frame]
    given += [config.split.validation_file, config.split.test_file]
    return known == [identity(data) for data in given if data is not None]


def refuse_other_code(out: Path, before: Receipt, now: CodeRecord) -> None:
    """Go on with the code that a run began with.

    Raises:
        InexactError: naming the modules that differ.
    """
    known = before.code.modules
    changed = [name for name, sha256 in known.items() if now.modules.get(name) != sha256]
    if changed:
        raise InexactError(
            f"the code of {', '.join(changed)} has changed since the run began",
            str(out),
            "Put the file back, train into a new directory, or go on with --allow-inexact",
        )


@contextmanager
def users_errors(config: Config) -> Generator[None]:
    """What the user's own data or network raises in training, as one message.

    Raises:
        RunError: with the hint that the loop found, if there is one.
    """
    named = [name for name in (config.data.factory, config.model.name) if name and is_code(name)]
    try:
        yield
    except FourbeatError:
        raise
    except (Exception, SystemExit) as error:
        if not named or (isinstance(error, SystemExit) and error.code == 128 + signal.SIGTERM):
            raise
        hints = [note.removeprefix("fourbeat: ") for note in getattr(error, "__notes__", [])]
        raise RunError(
            f"the training failed: {type(error).__name__}: {'; '.join([first_line(error), *hints])}",
            ", ".join(dict.fromkeys(named)),
            "--debug shows where",
        ) from error


@contextmanager
def deterministic(*, strict: bool) -> Generator[None]:
    """Deterministic operators for a while: free of charge for the built-in models.

    Args:
        strict: an operator that has no such implementation is an error.
    """
    before = torch.are_deterministic_algorithms_enabled()
    only_warned = torch.is_deterministic_algorithms_warn_only_enabled()
    memory: Any = torch.utils.deterministic
    filled = memory.fill_uninitialized_memory
    torch.use_deterministic_algorithms(True, warn_only=not strict)
    memory.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=only_warned)
        memory.fill_uninitialized_memory = filled


def run(plan: Plan, out: Path, *, allow_inexact: bool, profile: int) -> Receipt:
    """Train a plan in a directory; the receipt's configuration has what the plan chose."""
    config, record = plan.resolved(), plan.record
    task = TASKS[record.task]
    return fit(
        plan.model,
        plan.train,
        plan.validation,
        loss_fn=plan.loss,
        epochs=config.train.epochs,
        metrics=of_the_whole(task.metrics(record, config.train.select), Pass(task.flat)),
        select=config.train.select,
        patience=config.train.patience,
        out=out,
        conclude=partial(conclude, plan),
        record=config.record.budget,
        allow_inexact=allow_inexact,
        profile=profile,
        **options(plan),
    ).receipt


def options(plan: Plan) -> dict[str, Any]:
    """What a plan says to its `Run`."""
    config = plan.resolved()
    return {
        "optimizer": plan.optimizer,
        "scheduler": plan.scheduler,
        "warmup": config.scheduler.warmup,
        "precision": config.train.precision,
        "accumulate": config.train.accumulate,
        "clip_norm": config.train.clip_norm,
        "clip_value": config.train.clip_value,
        "average": make_average(config.train),
        "compile": make_compile(config.compile),
        "seed": config.seed,
        "checkpoint_every": config.train.checkpoint_every,
        "config": declared(config),
        "data": plan.record,
        "code": code(config),
    }


def declared(config: Config) -> dict[str, Any]:
    """The configuration as plain values, its files by their full paths."""
    tree = config.model_dump(mode="json")
    named = config.data.dir is not None  # then the path is no path, but a name
    for section, key in PATHS:
        if tree[section][key] is not None and not (named and key == "path"):
            tree[section][key] = str(Path(tree[section][key]).absolute())
    return tree


def code(config: Config) -> CodeRecord:
    """The user's own code: the modules of a `module:factory`."""
    said = {"data.factory": config.data.factory or "", "model.name": config.model.name}
    files: dict[str, Path] = {}
    for option, name in said.items():
        file = file_of(name, option) if is_code(name) else None
        if file is not None:
            files[name.partition(":")[0]] = file
    record = code_of(next(reversed(files.values()), None))
    hashes = {module: sha256(file) for module, file in files.items()}
    return record.model_copy(update={"modules": hashes})
