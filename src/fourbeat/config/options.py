"""Every option of `fourbeat train`, its type and its default; for where values come from see `sources`."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from fourbeat.types import ColumnType, CompileMode, TaskName

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

DIRECTIVES = ("%d", "%m", "%b", "%B", "%Y", "%y", "%H", "%I", "%M", "%S", "%p")
"""What a date format may hold."""

Side = Annotated[int, Field(ge=1)]


def listed(value: Any) -> Any:
    """A single number as a list of one."""
    return (value,) if isinstance(value, int | float) else value


def one_text(value: Any) -> Any:
    """A single text as a list of one."""
    return (value,) if isinstance(value, str) else value


def unknown_directive(form: str) -> str:
    """What a date format has that is not known, or lacks; empty for a good one."""
    said = re.findall(r"%.?", form)
    strange = [one for one in said if one not in DIRECTIVES]
    if strange:
        return f"{strange[0]!r} is not among {' '.join(DIRECTIVES)}"
    return "" if "%d" in said else "it has no %d"


def squared(value: Any) -> Any:
    """A single number as height and width."""
    return (value, value) if isinstance(value, int) else value


class Section(BaseModel):
    """A group of options: unknown keys are errors, values never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


MEANT: dict[str, ColumnType] = {
    "format": "datetime",
    "order": "ordered",
    "scale": "numeric",
    "buckets": "category",
}
"""The type that an option of a column means."""


class ColumnConfig(Section):
    """What one column of a table is; what is left out is inferred."""

    type: ColumnType | None = None
    format: Annotated[tuple[str, ...], BeforeValidator(one_text)] = ()
    """Of dates that are written as text: `%d/%m/%Y %H:%M`, or several, of which the first that fits is
    taken. A text of the directives d m b B Y y H I M S p."""
    order: tuple[str, ...] = ()
    """The texts of an ordered category, the lowest first."""
    scale: Literal["standard", "quantile"] | None = None
    """Of a number: mean 0 and deviation 1, or the normal score of its quantile. Default: quantiles where
    tails are heavy or values infinite."""
    buckets: Annotated[int, Field(ge=2, le=2**20)] | None = None
    """Codes that the texts of a category are hashed to, unknown ones, too, or the words of free text.
    Default: none for categories, where texts that are too rare in training, or unknown, share one code;
    4,096 for words."""

    @property
    def kind(self) -> ColumnType | None:
        """The type that was said, or that the other options mean."""
        return self.type or next((MEANT[option] for option in MEANT if getattr(self, option)), None)

    @model_validator(mode="after")
    def options_fit(self) -> "ColumnConfig":
        for option, kind in MEANT.items():
            words = option == "buckets" and self.kind == "text"
            if getattr(self, option) and self.kind != kind and not words:
                raise ValueError(f"{option} is for a column of type {kind}, not {self.kind}")
        for form in self.format:
            if strange := unknown_directive(form):
                raise ValueError(f"format {form!r} cannot be read: {strange}")
        if len(set(self.order)) < len(self.order):
            raise ValueError("order names a text twice")
        return self


class DataConfig(Section):
    """Which rows, and what their columns mean."""

    path: Path | None = None
    """The table: CSV, TSV (gzipped or not), Parquet or Arrow IPC. None for a frame in memory.
    Or images: a folder with a sub-folder for each class, an IDX file, or with `dir` a name such as
    `fashion-mnist`."""
    factory: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")] | None = None
    """Data of your own, as `module:factory`: it gives a dataset, or a mapping of datasets or
    loaders with `train`, `validation` and perhaps `test`. A sample is `(input, …, target)`."""
    options: dict[str, Any] = {}
    """Keyword arguments for that factory."""
    stream: bool = False
    """Leave the table in its files: rows are read by row groups while it trains, and the memory that is
    needed does not grow with the columns. Schema, statistics and split are those of a table in memory, the
    order of an epoch is another one: it is shuffled in windows. CSV, Arrow and Parquet of very large
    row groups are copied into a temporary Parquet file (in TMPDIR) first."""
    dir: Path | None = None
    """The folder that holds the files of a named data set."""
    labels: Path | None = None
    """The IDX file with the labels of an IDX file of images. Default: the file beside it that is
    named so (`train-labels-idx1-ubyte` for `train-images-idx3-ubyte`)."""
    target: str | tuple[str, ...] = ""
    """The column to predict, or with `multilabel` the columns; needed for a table, and nothing
    else has columns."""
    task: TaskName = "classification"
    """What the target is: one of several classes, with `regression` a quantity, with `multilabel`
    columns that are 0 or 1 each."""
    ignore: tuple[str, ...] = ()
    """Columns to leave out; shell patterns such as `outcome_*` are allowed."""
    columns: dict[str, ColumnConfig] = {}
    """What columns are, by name, where it is not what was inferred: `[data.columns.opened_at]` with
    `format = "%d/%m/%Y"`."""
    missing: tuple[str, ...] = ()
    """Texts that mean "no value", beside the empty field."""
    classes: tuple[str, ...] | None = None
    """The label texts in the order of their class numbers. Default: sorted. For IDX files: the
    names of the labels 0, 1, …"""
    relabel: dict[str, str] = {}
    """Label texts to rename before they are mapped: `{"<=50K." = "<=50K"}`."""
    max_categories: Annotated[int, Field(ge=2)] = 5000
    """Categories of a column that are kept at most, the most frequent; the others count as unknown."""
    min_count: Annotated[int, Field(ge=1)] | None = None
    """A category seen in fewer training rows than this counts as unknown. Default: one in 500
    training rows, between 2 and 20."""

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns to predict."""
        if isinstance(self.target, str):
            return (self.target,) if self.target else ()
        return self.target


class SplitConfig(Section):
    """Which rows train, validate and test. Random splits are stratified by label: by class, or by
    the rarest label that a row has. For a quantity they are not."""

    validation: Annotated[float, Field(gt=0, lt=1)] = 0.15
    """Share of the rows held out for validation."""
    test: Annotated[float, Field(ge=0, lt=1)] = 0.15
    """Share of the rows held out for the test."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Of a random split. Default: that of the training."""
    group: str | None = None
    """A column whose values name what rows belong to: a customer, a patient. Each is on one side only."""
    time: str | None = None
    """A column with a time: training rows are older than validation rows, and these than test rows. With
    `group` as well, later rows of groups that an earlier side has are left out."""
    folds: Annotated[int, Field(ge=2)] | None = None
    """Parts that take turns as the test rows, by time in their order; the share of validation is that
    of the rest. A training is about one of them; `fourbeat train --folds` does all."""
    fold: Annotated[int, Field(ge=0)] = 0
    """The part that is the test, from 0."""
    repeat: Annotated[int, Field(ge=0)] = 0
    """Another way to cut the same number of random parts, from 0."""
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
        if written and (self.group or self.time or self.folds):
            raise ValueError(
                "column and files say the split already; leave out group, time and folds"
            )
        if self.fold >= (self.folds or 1):
            raise ValueError(
                f"there is no fold {self.fold} of {self.folds or 1}; they count from 0"
            )
        if self.repeat and (self.time or not self.folds):
            raise ValueError("repeat is for folds at random")
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
    """`linear`, `mlp`, for tables `tabm` (an ensemble of MLPs that share weights), for images
    `cnn`, or `module:factory` for your own."""
    widths: tuple[Annotated[int, Field(ge=1)], ...] = (128, 64)
    """Units of each hidden layer of the MLP and of TabM; channels of each block of the CNN."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Share of units dropped while training: after the embeddings and each hidden layer, and
    before the CNN's last layer."""
    norm: Literal["none", "batch", "layer"] = "layer"
    """Normalisation after each hidden layer's linear map, or each of the CNN's convolutions.
    Default for a quantity: none."""
    numeric: Literal["plain", "piecewise", "periodic"] = "plain"
    """For `mlp` and `tabm`: how a number of a table is taken. `piecewise` adds its place between
    quantiles of the training rows, `periodic` sines and cosines of trained frequencies."""
    members: Annotated[int, Field(ge=2)] = 8
    """For `tabm` alone: networks in the ensemble."""
    options: dict[str, Any] = {}
    """Keyword arguments for your own factory."""

    @model_validator(mode="after")
    def numbers_are_used(self) -> "ModelConfig":
        default = type(self).model_fields
        if self.numeric != "plain" and self.name not in ("mlp", "tabm"):
            raise ValueError(f"numeric is for mlp and tabm, and the model is {self.name}")
        if self.members != default["members"].default and self.name != "tabm":
            raise ValueError(f"members is for tabm, and the model is {self.name}")
        return self


class GroupConfig(Section):
    """Options of the parameters whose names match a pattern; the others are the optimizer's."""

    lr: Annotated[float, Field(gt=0)] | None = None
    weight_decay: Annotated[float, Field(ge=0)] | None = None


class OptimizerConfig(Section):
    """The optimizer."""

    name: Literal["adamw", "adam", "sgd"] = "adamw"
    lr: Annotated[float, Field(gt=0)] = 2e-3
    """Learning rate. Default for a quantity, with adamw: 5e-4."""
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
    select: Literal[
        "loss",
        "accuracy",
        "exact",
        "auc",
        "average_precision",
        "f1",
        "balanced_accuracy",
        "rmse",
        "mae",
        "r2",
    ] = "loss"
    """The validation metric by which the best epoch is chosen: one that the task has. Of two classes
    `average_precision` and `f1` are those of the last one."""
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
    """Weights of the classes in the loss: `balanced` for equal weight in sum, or one a class. With
    `multilabel` the weight of a 1 against a 0, for each label."""
    average: Literal["ema", "swa"] | None = None
    """Validate and select averaged weights: after each update, or at the ends of epochs."""
    average_decay: Annotated[float, Field(gt=0, lt=1)] = 0.999
    """For `ema`: weight of the past."""
    average_start: Annotated[int, Field(ge=1)] = 1
    """For `swa`: the first epoch that counts."""
    deterministic: bool = False
    """An operator without a deterministic implementation is an error. Without this such an
    operator is used, and named in the receipt."""
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of each label that is spread over all classes."""


class DecisionConfig(Section):
    """How probabilities become decisions. What is chosen here is chosen on the validation rows, by
    which the epoch was selected too, and reported on the test rows; `predict` follows it."""

    goal: Literal["cost", "precision", "recall", "f1", "balanced_accuracy"] | None = None
    """What the threshold is for, with two classes or several labels: the lowest `cost`; the highest
    recall with a `precision` of at least `floor`; the highest precision with such a `recall`; the
    highest `f1` or `balanced_accuracy`. Default: none, the likeliest class, or a probability of a half."""
    floor: Annotated[float, Field(gt=0, le=1)] = 0.9
    """For `precision` and `recall`: what has to be reached."""
    false_positive: Annotated[float, Field(gt=0)] = 1.0
    """For `cost`: what a row costs that is said to be of the last class, or to have the label, and is not."""
    false_negative: Annotated[float, Field(gt=0)] = 1.0
    """For `cost`: what a row costs that is, and is not said to be."""
    temperature: bool = False
    """Divide the logits by the number (for several labels one each) that gives the validation rows the
    smallest log loss: temperature scaling (Guo et al. 2017)."""

    @model_validator(mode="after")
    def options_are_used(self) -> "DecisionConfig":
        if self.goal != "cost" and (self.false_positive, self.false_negative) != (1.0, 1.0):
            raise ValueError("false_positive and false_negative need goal = 'cost'")
        if self.goal not in ("precision", "recall") and self.floor != 0.9:
            raise ValueError("floor needs goal = 'precision' or 'recall'")
        return self


class CompileConfig(Section):
    """How `torch.compile` compiles the model; see `fourbeat.Compile`."""

    mode: CompileMode = "default"
    dynamic: bool | None = None
    """True for graphs that take any shape, False for one a shape. Default: as shapes come."""
    fullgraph: bool = False
    """A graph break is an error, after which the model runs eagerly."""


class SpeedConfig(Section):
    """What changes the time of a training, and its last bits. `--tune-speed` chooses by measurement."""

    threads: Annotated[int, Field(ge=1)] | None = None
    """Threads of an operator on the CPU. Default: as PyTorch has them (`OMP_NUM_THREADS`)."""
    evaluation_batch: Annotated[int, Field(ge=1)] | None = None
    """Rows of validation and test that go through the model at once. Default: 8,192 of a table; of images
    as many as have eight million pixels."""
    measured: dict[str, float] = {}
    """What `--tune-speed` measured: seconds of a step, or of the evaluation of a row, by choice."""

    def said(self, compiling: CompileConfig | None) -> str:
        """What was chosen, in words."""
        threads = (
            "" if self.threads is None else f"{self.threads} thread{'s' * (self.threads != 1)}, "
        )
        how = "compiled" if compiling is not None and compiling.mode == "step" else "as they are"
        rows = self.evaluation_batch
        return f"{threads}steps {how}" + (
            "" if rows is None else f", {rows:,} rows evaluated at once"
        )


class RecordConfig(Section):
    """The flight recorder: step log and snapshots."""

    budget: Annotated[float, Field(ge=0, le=1)] = 0.02
    """Share of the training's time that it may take. 0 records nothing, 1 everything at every step."""


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
    decision: DecisionConfig = DecisionConfig()
    baselines: bool | None = None
    """Whether to train simple models on the identical split, and to say if the network is worth it.
    Default: yes for a table; nothing else has them."""
    compile: CompileConfig | None = None
    """None to run the model as it is."""
    speed: SpeedConfig = SpeedConfig()
    record: RecordConfig = RecordConfig()

    @property
    def split_seed(self) -> int:
        """The seed of a random split."""
        return self.seed if self.split.seed is None else self.split.seed
