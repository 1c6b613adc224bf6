"""The declared training: every option of `fourbeat train`, its type and its default.

Values come from four places; the later wins: the defaults below, a TOML file, environment
variables (`FOURBEAT_OPTIMIZER__LR=3e-4`), and `--set optimizer.lr=3e-4` with the other flags.
"""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fourbeat.errors import ConfigError, Problem
from fourbeat.types import ColumnType

ENV_PREFIX = "FOURBEAT_"


class Section(BaseModel):
    """A group of options: unknown keys are errors, values never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataConfig(Section):
    """Which rows, and what their columns mean."""

    path: Path | None = None
    """The table: CSV, TSV (gzipped or not), Parquet or Arrow IPC. None for a frame in memory."""
    target: str
    """The column to predict."""
    ignore: tuple[str, ...] = ()
    """Columns to leave out; shell patterns such as `outcome_*` are allowed."""
    types: dict[str, ColumnType] = {}
    """Column types that overrule the inferred ones."""
    missing: tuple[str, ...] = ()
    """Texts that mean "no value", beside the empty field."""
    classes: tuple[str, ...] | None = None
    """The label texts in the order of their class numbers. Default: sorted."""
    relabel: dict[str, str] = {}
    """Label texts to rename before they are mapped: `{"<=50K." = "<=50K"}`."""
    max_categories: Annotated[int, Field(ge=2)] = 5000
    """A category column with more different values than this is refused."""
    min_count: Annotated[int, Field(ge=1)] | None = None
    """A category seen in fewer training rows than this counts as unknown. Default: one in 500
    training rows, between 2 and 20."""


class SplitConfig(Section):
    """Which rows train, validate and test. Random splits are stratified by label."""

    validation: Annotated[float, Field(gt=0, lt=1)] = 0.15
    """Share of the rows held out for validation."""
    test: Annotated[float, Field(ge=0, lt=1)] = 0.15
    """Share of the rows held out for the test."""
    column: str | None = None
    """A column that says `train`, `validation` (or `val`, `valid`) or `test` for each row."""
    validation_file: Path | None = None
    """A second table with the validation rows."""
    test_file: Path | None = None
    """A second table with the test rows."""

    @model_validator(mode="after")
    def one_method(self) -> "SplitConfig":
        if self.column is not None and (self.validation_file or self.test_file):
            raise ValueError("column overlaps validation_file and test_file; give one or the other")
        written = self.column is not None or self.validation_file or self.test_file
        if not written and self.validation + self.test >= 1:
            raise ValueError(
                f"validation ({self.validation}) and test ({self.test}) leave no rows for training"
            )
        return self


class ModelConfig(Section):
    """The network."""

    name: str = "mlp"
    """`linear`, `mlp`, or `module:factory` for your own."""
    widths: tuple[Annotated[int, Field(ge=1)], ...] = (128, 64)
    """Units of each hidden layer of the MLP."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of units dropped after the embeddings and each hidden layer while training."""
    norm: Literal["none", "batch", "layer"] = "layer"
    """Normalisation after each hidden layer's linear map."""
    options: dict[str, Any] = {}
    """Keyword arguments for your own factory."""


class GroupConfig(Section):
    """Options of the parameters whose names match a pattern; the others are the optimizer's."""

    lr: Annotated[float, Field(gt=0)] | None = None
    weight_decay: Annotated[float, Field(ge=0)] | None = None


class OptimizerConfig(Section):
    """The optimizer."""

    name: Literal["adamw", "adam", "sgd"] = "adamw"
    lr: Annotated[float, Field(gt=0)] = 2e-3
    """Learning rate."""
    weight_decay: Annotated[float, Field(ge=0)] = 1e-4
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """For `sgd` alone."""
    groups: dict[str, GroupConfig] = {}
    """Options by name pattern, the first that matches: `[optimizer.groups."*.bias"]` with
    `weight_decay = 0`."""

    @model_validator(mode="after")
    def momentum_is_used(self) -> "OptimizerConfig":
        if self.momentum and self.name != "sgd":
            raise ValueError(f"momentum is for sgd, and the optimizer is {self.name}")
        return self


class SchedulerConfig(Section):
    """How the learning rate moves."""

    name: Literal["none", "step", "multistep", "cosine", "onecycle", "plateau"] = "none"
    """`onecycle` moves per step, `plateau` when the metric stands still, the others per epoch."""
    warmup: Annotated[int, Field(ge=0)] = 0
    """Raise the learning rate in a straight line over so many updates, before any of these."""
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """For `step`, `multistep` and `plateau`: what the learning rate is multiplied by."""
    every: Annotated[int, Field(ge=1)] = 30
    """For `step`: epochs between two falls."""
    milestones: tuple[Annotated[int, Field(ge=1)], ...] = ()
    """For `multistep`: the epochs after which it falls."""
    patience: Annotated[int, Field(ge=0)] = 5
    """For `plateau`: epochs without improvement before that happens."""

    @model_validator(mode="after")
    def milestones_are_used(self) -> "SchedulerConfig":
        if (self.name == "multistep") != bool(self.milestones):
            raise ValueError("multistep needs milestones, and no other schedule has them")
        return self


class TrainConfig(Section):
    """How long, in which portions, and what is selected."""

    epochs: Annotated[int, Field(ge=1)] = 100
    """Passes over the training rows, at most."""
    batch_size: Annotated[int, Field(ge=1, le=2**31)] | None = None
    """Rows in a batch. Default: the power of two nearest to a hundredth of the training rows,
    between 32 and 1024, so that an epoch has about 100 steps."""
    patience: Annotated[int, Field(ge=1)] | None = 10
    """Stop after so many epochs without improvement. A very large number never stops."""
    select: Literal["loss", "accuracy", "auc"] = "loss"
    """The validation metric by which the best epoch is chosen."""
    checkpoint_every: Annotated[int, Field(ge=1)] | None = None
    """Write a checkpoint within the epoch every so many steps. Default: once a minute."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    """What forward and loss are computed in."""
    accumulate: Annotated[int, Field(ge=1)] = 1
    """Batches in a step."""
    clip_norm: Annotated[float, Field(gt=0)] | None = None
    """Bring the gradients' total 2-norm down to this."""
    clip_value: Annotated[float, Field(gt=0)] | None = None
    """Bring each gradient into [-clip_value, clip_value]."""
    class_weights: Literal["balanced"] | tuple[Annotated[float, Field(gt=0)], ...] | None = None
    """Weights of the classes in the loss: `balanced` for equal weight in sum, or one a class."""
    average: Literal["ema", "swa"] | None = None
    """Validate and select averaged weights: after each update, or at the ends of epochs."""
    average_decay: Annotated[float, Field(gt=0, lt=1)] = 0.999
    """For `ema`: weight of the past."""
    average_start: Annotated[int, Field(ge=1)] = 1
    """For `swa`: the first epoch that counts."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of each label that is spread over all classes."""


class Config(Section):
    """One declared training, complete."""

    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    data: DataConfig
    split: SplitConfig = SplitConfig()
    model: ModelConfig = ModelConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    scheduler: SchedulerConfig = SchedulerConfig()
    train: TrainConfig = TrainConfig()


Tree = dict[str, Any]


def load(
    file: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    settings: Sequence[str] = (),
    flags: Mapping[str, Any] | None = None,
) -> Config:
    """Read a configuration from all its places and check it as a whole.

    Args:
        file: a TOML file; relative paths in it start at its own folder.
        environ: environment variables; those that begin with `FOURBEAT_` count, two underscores
            stand for the dot.
        settings: texts of the form `a.b=value`, the value as TOML, or else as plain text.
        flags: values of the command line's own flags, by dotted name.

    Raises:
        ConfigError: with every problem found, and the nearest known key for an unknown one.
    """
    tree = read_toml(file) if file else {}
    origins: dict[str, str] = {}
    problems: list[Problem] = []

    def put(key: str, value: Any, origin: str) -> None:
        try:
            assign(tree, key, value)
            origins[key] = origin
        except ConfigError as error:
            problems.extend(Problem(p.fact, origin, p.remedy) for p in error.problems)

    for name, text in sorted((environ or {}).items()):
        if name.startswith(ENV_PREFIX) and name != "FOURBEAT_DEBUG":
            key = name.removeprefix(ENV_PREFIX).lower().replace("__", ".")
            put(key, toml_value(text), name)
    for setting in settings:
        key, equals, text = setting.partition("=")
        if equals and key.strip():
            put(key.strip(), toml_value(text.strip()), f"--set {key.strip()}")
        else:
            problems.append(
                Problem(
                    f"--set takes a.b=value, got {setting!r}",
                    remedy="Example: --set optimizer.lr=3e-4",
                )
            )
    for key, value in (flags or {}).items():
        put(key, value, "command line")
    if problems:
        raise ConfigError(problems)
    return check(tree, str(file) if file else "command line", origins)


def check(tree: Mapping[str, Any], place: str, origins: Mapping[str, str] | None = None) -> Config:
    """Turn a plain tree into a `Config`.

    Args:
        tree: sections and their values.
        place: where the tree came from.
        origins: where single keys came from instead.

    Raises:
        ConfigError: with all that is wrong, and where it was said.
    """
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        problems: list[Problem] = []
        for detail in error.errors():
            found = problem(detail["type"], detail["loc"], detail["msg"])
            key = ".".join(str(part) for part in detail["loc"])
            said = (text for name, text in (origins or {}).items() if touches(name, key))
            problems.append(Problem(found.fact, next(said, place), found.remedy))
        raise ConfigError(problems) from None


def touches(name: str, key: str) -> bool:
    """Whether one dotted name is the other, or a part of it."""
    return name == key or key.startswith(f"{name}.") or name.startswith(f"{key}.")


def problem(kind: str, location: tuple[int | str, ...], message: str) -> Problem:
    """Say one of pydantic's errors in our words."""
    key = ".".join(str(part) for part in location)
    if kind == "extra_forbidden":
        known = keys_at(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}"
        return Problem(f"unknown key {key!r}", remedy=remedy)
    if kind == "missing":
        flag = {"data.path": " (the table's path)", "data.target": " (--target COLUMN)"}.get(
            key, ""
        )
        if key == "data":
            return Problem("no table was named", remedy="Give its path and --target COLUMN")
        return Problem(f"{key!r} is needed{flag}")
    return Problem(f"{key or 'config'}: {message.removeprefix('Value error, ')}")


def keys_at(location: tuple[int | str, ...]) -> list[str]:
    """The keys that a section knows."""
    model: type[BaseModel] = Config
    for part in location:
        annotation = (
            model.model_fields[str(part)].annotation if part in model.model_fields else None
        )
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return sorted(model.model_fields)


def read_toml(file: Path) -> Tree:
    """A TOML file as a tree, its data paths made relative to the file's folder."""
    try:
        tree: Tree = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot read the config: {error.strerror}", str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not a TOML file: {error}", str(file)) from None
    for section, key in (
        ("data", "path"),
        ("split", "validation_file"),
        ("split", "test_file"),
    ):
        table: Any = tree.get(section)
        if isinstance(table, dict) and isinstance(table.get(key), str):
            table[key] = str(file.parent / cast(str, table[key]))
    return tree


def assign(tree: Tree, key: str, value: Any) -> None:
    """Set `a.b` in a tree of tables."""
    *parents, last = key.split(".")
    for depth, parent in enumerate(parents):
        child = tree.setdefault(parent, {})
        if not isinstance(child, dict):
            raise ConfigError(f"{'.'.join(parents[: depth + 1])!r} is a value, not a section", key)
        tree = cast(Tree, child)
    tree[last] = value


def toml_value(text: str) -> Any:
    """`3e-4` is a number, `[1, 2]` a list, `true` a boolean; anything else is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
