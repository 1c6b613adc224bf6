"""Every option of `fourbeat train`, its type and its default; for where values come from see `sources`."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.config.section import Section
from fourbeat.types import CompileMode

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

Side = Annotated[int, Field(ge=1)]


def listed(value: Any) -> Any:
    """A single number as a list of one."""
    return (value,) if isinstance(value, int | float) else value


def squared(value: Any) -> Any:
    """A single number as height and width."""
    return (value, value) if isinstance(value, int) else value


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
    data_on_device: bool | None = None
    """Whether all rows lie on the GPU that trains, where batches are cut then. Default: where they take at
    most a quarter of its free memory. It has no meaning for a CPU, nor for streamed data."""
    measured: dict[str, float] = {}
    """What `--tune-speed` measured: seconds of a step, or of the evaluation of a row, by choice."""

    def said(self, compiling: CompileConfig | None) -> str:
        """What was chosen, in words."""
        threads = (
            "" if self.threads is None else f"{self.threads} thread{'s' * (self.threads != 1)}, "
        )
        how = "compiled" if compiling is not None and compiling.mode == "step" else "as they are"
        rows = self.evaluation_batch
        places = {None: "", True: ", data on the device", False: ", data on the host"}
        return f"{threads}steps {how}{places[self.data_on_device]}" + (
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
