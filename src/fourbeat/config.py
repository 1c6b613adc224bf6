"""The declared training: every option of `fourbeat train`, its type and its default.

Values come from four places; the later wins: the defaults below, a TOML file, environment
variables (`FOURBEAT_OPTIMIZER__LR=3e-4`), and `--set optimizer.lr=3e-4` with the other flags.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from fourbeat.errors import ConfigError, Problem
from fourbeat.types import ColumnType

ENV_PREFIX = "FOURBEAT_"

NAMED = ("fashion-mnist",)
"""Data sets that `data.path` may name, with `data.dir` for the folder of their files."""

PATHS = (
    ("data", "path"),
    ("data", "dir"),
    ("data", "labels"),
    ("split", "validation_file"),
    ("split", "validation_labels"),
    ("split", "test_file"),
    ("split", "test_labels"),
)
"""Options that are paths."""

IDX_NAME = re.compile(r"(idx\d-ubyte|\.idx)(\.gz)?$")
"""How files of IDX images are named."""

Side = Annotated[int, Field(ge=1)]


def listed(value: Any) -> Any:
    """A single number as a list of one."""
    return (value,) if isinstance(value, int | float) else value


def squared(value: Any) -> Any:
    """A single number as height and width."""
    return (value, value) if isinstance(value, int) else value


class Section(BaseModel):
    """A group of options: unknown keys are errors, values never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataConfig(Section):
    """Which rows, and what their columns mean."""

    path: Path | None = None
    """The table: CSV, TSV (gzipped or not), Parquet or Arrow IPC. None for a frame in memory.
    Or images: a folder with a sub-folder for each class, an IDX file, or with `dir` a name such as
    `fashion-mnist`."""
    dir: Path | None = None
    """The folder that holds the files of a named data set."""
    labels: Path | None = None
    """The IDX file with the labels of an IDX file of images. Default: the file beside it that is
    named so (`train-labels-idx1-ubyte` for `train-images-idx3-ubyte`)."""
    target: str = ""
    """The column to predict; needed for a table, and nothing else has columns."""
    ignore: tuple[str, ...] = ()
    """Columns to leave out; shell patterns such as `outcome_*` are allowed."""
    types: dict[str, ColumnType] = {}
    """Column types that overrule the inferred ones."""
    missing: tuple[str, ...] = ()
    """Texts that mean "no value", beside the empty field."""
    classes: tuple[str, ...] | None = None
    """The label texts in the order of their class numbers. Default: sorted. For IDX files: the
    names of the labels 0, 1, …"""
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
    """A second table with the validation rows; for images a second folder or IDX file."""
    validation_labels: Path | None = None
    """Its labels, for an IDX file; see `data.labels`."""
    test_file: Path | None = None
    """A second table with the test rows; for images a second folder or IDX file."""
    test_labels: Path | None = None
    """Its labels, for an IDX file; see `data.labels`."""

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


class ImageConfig(Section):
    """What is done to images before a model sees them."""

    size: Annotated[tuple[Side, Side] | None, BeforeValidator(squared)] = None
    """Height and width that images from files are resized to; one number for a square. Default:
    the size that most of them have."""
    mean: Annotated[tuple[float, ...] | None, BeforeValidator(listed)] = None
    """Mean of each channel, of pixels between 0 and 1. Default: that of the training rows."""
    std: Annotated[tuple[Annotated[float, Field(gt=0)], ...] | None, BeforeValidator(listed)] = None
    """Standard deviation of each channel. Default: that of the training rows."""
    flip: bool = False
    """Mirror a training image left to right, every other time."""
    crop: Annotated[int, Field(ge=0)] = 0
    """Pad a training image by so many black pixels, and cut its size out somewhere."""

    @model_validator(mode="after")
    def both_or_neither(self) -> "ImageConfig":
        if (self.mean is None) != (self.std is None):
            raise ValueError("mean and std belong together; give both or neither")
        if self.mean is not None and self.std is not None and len(self.mean) != len(self.std):
            raise ValueError(f"mean has {len(self.mean)} channels and std {len(self.std)}")
        return self


class ModelConfig(Section):
    """The network."""

    name: str = "mlp"
    """`linear`, `mlp`, for images `cnn` as well, or `module:factory` for your own."""
    widths: tuple[Annotated[int, Field(ge=1)], ...] = (128, 64)
    """Units of each hidden layer of the MLP; channels of each block of the CNN."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of units dropped while training: after the embeddings and each hidden layer, and
    before the CNN's last layer."""
    norm: Literal["none", "batch", "layer"] = "layer"
    """Normalisation after each hidden layer's linear map, or each of the CNN's convolutions."""
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
    between 32 and 1024, so that an epoch has about 100 steps; for images between 8 and 64."""
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
    image: ImageConfig | None = None
    """None for a table."""
    split: SplitConfig = SplitConfig()
    model: ModelConfig = ModelConfig()
    optimizer: OptimizerConfig = OptimizerConfig()
    scheduler: SchedulerConfig = SchedulerConfig()
    train: TrainConfig = TrainConfig()


Tree = dict[str, Any]

IMAGE_DEFAULTS: dict[str, Tree] = {
    "model": {"name": "cnn"},
    "optimizer": {"name": "adam", "lr": 1e-3, "weight_decay": 0.0},
    "train": {"epochs": 10},
}
IMAGE_MODELS: dict[str, Tree] = {
    "mlp": {"widths": (256, 256), "norm": "none"},
    "cnn": {"widths": (16, 32, 64), "norm": "batch"},
}


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
    if images := about_images(tree):
        tree = with_image_defaults(tree)
    problems: list[Problem] = []
    data = tree.get("data")
    if isinstance(data, dict) and "target" not in data and not images:
        path: Any = cast(Tree, data).get("path")
        absent = isinstance(path, str | Path) and not Path(path).exists()
        needed = Problem(problem("missing", ("data", "target"), "").fact, place)
        problems.append(Problem("no such file or folder", str(path)) if absent else needed)
    try:
        config = Config.model_validate(tree)
        if not problems:
            return config
    except ValidationError as error:
        for detail in error.errors():
            found = problem(detail["type"], detail["loc"], detail["msg"])
            key = ".".join(str(part) for part in detail["loc"])
            said = (text for name, text in (origins or {}).items() if touches(name, key))
            problems.append(Problem(found.fact, next(said, place), found.remedy))
    raise ConfigError(problems)


def about_images(tree: Mapping[str, Any]) -> bool:
    """Whether a configuration is about images: it says so, or its path can mean nothing else."""
    if tree.get("image") is not None:
        return True
    data = tree.get("data")
    if not isinstance(data, dict):
        return False
    options = cast(Tree, data)
    if options.get("dir") is not None or options.get("labels") is not None:
        return True
    path = options.get("path")
    if not isinstance(path, str | Path):
        return False
    return str(path) in NAMED or IDX_NAME.search(str(path)) is not None or Path(path).is_dir()


def with_image_defaults(tree: Mapping[str, Any]) -> Tree:
    """The options whose defaults are others for images, where nothing is said of them."""
    filled: Tree = {"image": {}, **tree}
    for name, defaults in IMAGE_DEFAULTS.items():
        said = filled.get(name, {})
        if not isinstance(said, dict):
            continue  # the check of the whole names it
        section = cast(Tree, said)
        # An optimizer of another name has learning rates of its own.
        if name != "optimizer" or section.get("name", "adam") == "adam":
            filled[name] = {**defaults, **section}
    model: Any = filled.get("model")
    if isinstance(model, dict):
        named = cast(Tree, model)
        filled["model"] = {**IMAGE_MODELS.get(str(named.get("name")), {}), **named}
        if named.get("name") == "cnn":
            filled.setdefault("scheduler", {"name": "cosine"})
    return filled


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
        sections = [
            kind
            for kind in (annotation, *get_args(annotation))
            if isinstance(kind, type) and issubclass(kind, BaseModel)
        ]
        if not sections:
            return []
        model = sections[0]
    return sorted(model.model_fields)


def read_toml(file: Path) -> Tree:
    """A TOML file as a tree, its data paths made relative to the file's folder."""
    try:
        tree: Tree = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot read the config: {error.strerror}", str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not a TOML file: {error}", str(file)) from None
    for section, key in PATHS:
        table: Any = tree.get(section)
        if not (isinstance(table, dict) and isinstance(table.get(key), str)):
            continue
        said, full = cast(str, table[key]), file.parent / cast(str, table[key])
        if key != "path" or said not in NAMED or full.exists():
            table[key] = str(full)
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
