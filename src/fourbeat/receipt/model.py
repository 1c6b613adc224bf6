"""The receipt: everything about a run that is not its weights, in one versioned document."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from fourbeat import __version__
from fourbeat.checkpoint import files
from fourbeat.data.record import DataRecord
from fourbeat.errors import RunError
from fourbeat.finding import Severity
from fourbeat.receipt.code import CodeRecord, CommandRecord
from fourbeat.receipt.results import BaselinesRecord, DecisionRecord, IntervalRecord, RescoredRecord
from fourbeat.types import Direction

FORMAT = 1
NAME = "receipt.json"

Status = Literal["running", "interrupted", "failed", "stopped", "finished"]


class Record(BaseModel):
    """A part of the receipt: unknown keys are errors; NaN and infinities are texts in JSON."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="strings")


class RunRecord(Record):
    """How far the run came.

    Attributes:
        status: `finished` by its own rule, `stopped` by the loop's author before that,
            `interrupted` by a signal, `failed` by an error, or still `running`.
        seed: what the generators were seeded with, None if the run seeded nothing.
        generators_sha256: identity of torch's, NumPy's and Python's generators when the run began.
            Two runs of one seed with unequal ones began at different places of the same stream.
        steps: optimizer updates done.
        epochs: epochs closed.
        stopped_early: whether patience ended it.
        error: the error's message, for a failed run.
    """

    name: str
    status: Status
    seed: int | None
    generators_sha256: str | None = None
    steps: int = 0
    epochs: int = 0
    stopped_early: bool = False
    error: str | None = None


class ModelRecord(Record):
    """The network: class, printed architecture, numbers of parameters."""

    name: str
    architecture: str
    parameters: int
    trainable: int


class OptimizerRecord(Record):
    """The optimizer and scheduler as they stood before the first step."""

    name: str
    groups: list[dict[str, Any]]
    scheduler: str | None = None
    schedule: str | None = None


class TrainingRecord(Record):
    """How a step computes; see `fourbeat.Run`.

    Attributes:
        together: runs of a series of seeds that were trained in one pass, this one among them.
    """

    warmup: int = 0
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    accumulate: int = 1
    clip_norm: float | None = None
    clip_value: float | None = None
    nonfinite: Literal["raise", "skip"] = "raise"
    average: str | None = None
    compile: str | None = None
    together: int = 1

    @property
    def whole(self) -> bool:
        """Whether steps were compiled as whole graphs: then there is nothing to see between their beats."""
        return "mode='step'" in (self.compile or "")


class EpochRecord(Record):
    """One epoch's means, weighted by examples, and the learning rates of its last step.

    Attributes:
        skipped: updates left out because a gradient was not finite.
    """

    epoch: int
    step: int
    lr: list[float]
    train: dict[str, float]
    validation: dict[str, float]
    skipped: int = 0


class SelectionRecord(Record):
    """The chosen epoch and the metric it was chosen by."""

    metric: str
    direction: Direction
    epoch: int
    step: int
    value: float


class EventRecord(Record):
    """Something rare: a resume, a broken checkpoint, an interruption."""

    kind: str
    step: int
    text: str


class FindingRecord(Record):
    """A silent bug that the run saw in itself; `fourbeat explain-rule` says more of its rule.

    Attributes:
        step: steps that were done when it was seen.
        file, line: of the user's; None where none could be named.
        evidence: numbers that show it, by name.
    """

    rule: str
    severity: Severity
    step: int
    file: str | None = None
    line: int | None = None
    message: str
    fix: str
    evidence: dict[str, Any] = {}


Algorithms = Literal["required", "preferred", "free"]


class DeterminismRecord(Record):
    """What of the run comes again bit for bit, and what does not.

    Attributes:
        algorithms: deterministic operators were `required` (else an error), `preferred` (else a
            warning), or torch was `free` to choose.
        threads: of an operator.
        workers: processes of the training loader.
        compiled: whether the model was.
        operators: that were used and have no deterministic implementation.
        statement: the same in words.
    """

    algorithms: Algorithms
    threads: int
    workers: int = 0
    compiled: bool = False
    operators: list[str] = []
    statement: list[str] = []


class ParentRecord(Record):
    """The run that this one is a branch of.

    Attributes:
        run: its name.
        step: updates that were done when it left.
        steps_root: of the parent's log up to there.
        settings: what was set to other values.
    """

    run: str
    step: int
    steps_root: str
    settings: dict[str, Any]


class Receipt(Record):
    """The whole.

    Attributes:
        format: version of this document's schema.
        fourbeat: version of the program that wrote it.
        observed: whether it is a plain script that was recorded, and knows nothing of the run.
        config: the configuration as resolved, for a declared run.
        determinism: what of the run comes again bit for bit.
        command: how its script was started, None for a declared run.
        parent: the run it is a branch of.
        batch: shapes and dtypes of the first batch.
        steps_root: hash over the step log: number, epoch, loss bits, learning rates and batch hash
            of every step. Two runs that went the same way share it. None without a log.
        results: metrics of the selected weights by name of the data (`validation`, `test`); of a
            declared run with `intervals` by metric.
        intervals: how those were made.
        decision: threshold and temperature, where they were declared.
        rescored: the results without the rows that a finding of the data names.
        baselines: simple models on the same split, and the verdict.
        weights_sha256: identity of the selected weights; see `fourbeat.weights_sha256`.
        last_weights_sha256: the same for the weights after the last step.
        inexact: differences of environment that a resume was told to accept; empty means that
            the same bits are promised.
        limits: what the promises do not cover here, in words.
        findings: of the checks that a run makes of its first steps.
        artifacts: sha256 of the run's other files, by path in the run's directory.
        seal: sha256 of this document without the seal, in canonical JSON.
    """

    format: int = FORMAT
    fourbeat: str = __version__
    run: RunRecord
    observed: bool = False
    config: dict[str, Any] | None
    model: ModelRecord
    optimizers: dict[str, OptimizerRecord]
    training: TrainingRecord
    data: DataRecord | None
    environment: dict[str, Any]
    code: CodeRecord
    determinism: DeterminismRecord | None = None
    command: CommandRecord | None = None
    parent: ParentRecord | None = None
    batch: str | None = None
    steps_root: str | None = None
    curves: list[EpochRecord] = []
    selection: SelectionRecord | None = None
    results: dict[str, dict[str, Any]] = {}
    intervals: IntervalRecord | None = None
    decision: DecisionRecord | None = None
    rescored: list[RescoredRecord] = []
    baselines: BaselinesRecord | None = None
    weights_sha256: str | None = None
    last_weights_sha256: str | None = None
    events: list[EventRecord] = []
    inexact: list[str] = []
    limits: list[str] = []
    findings: list[FindingRecord] = []
    artifacts: dict[str, str] = {}
    seal: str | None = None

    @property
    def declared(self) -> bool:
        """Whether this is all that a resume needs: it says where the data is."""
        section = (self.config or {}).get("data")
        return (
            self.data is not None
            and isinstance(section, dict)
            and bool(section.get("path") or section.get("factory"))
        )  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]

    def refuse_together(self, directory: Path) -> None:
        """Refuse what needs the bits of a run of its own.

        Raises:
            RunError: for one that was trained together with others.
        """
        if self.training.together > 1:
            raise RunError(
                f"the run is one of {self.training.together} seeds trained in one pass: alone it comes to "
                "the same within rounding, and not to the same bits",
                str(directory),
                "Train the series with --one-by-one, into a new directory",
            )

    def way_on(self, directory: Path) -> str:
        """How an unfinished run in a directory is gone on with, as a remedy in a message."""
        again = f"run its script again, with the directory {directory}"
        return f"To go on: {f'fourbeat resume {directory}' if self.declared else again}"


def digest(text: str) -> str:
    """What the seal of a receipt's JSON text must be."""
    tree = json.loads(text)
    del tree["seal"]
    return files.text_sha256(files.canonical(tree))


def write(directory: Path, receipt: Receipt) -> None:
    """Write a receipt into its run's directory, whole or not at all."""
    files.write_text(directory / NAME, receipt.model_dump_json(indent=2) + "\n")


def read(directory: Path, *, unchanged: bool = True) -> Receipt:
    """Read a run's receipt.

    Args:
        directory: of the run.
        unchanged: refuse a sealed receipt that was edited since.

    Raises:
        RunError: if there is none, or it is damaged, edited or of a newer format.
    """
    path = directory / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        what = "no run here" if directory.is_dir() else "no such run"
        raise RunError(
            f"{what}: {NAME} is missing", str(directory), "`fourbeat runs DIR` lists the runs"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"the receipt cannot be read: {error}", str(path)) from None
    try:
        tree = json.loads(text)
        version = tree["format"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RunError("the receipt is damaged: not a receipt in JSON", str(path)) from None
    if version != FORMAT:
        raise RunError(
            f"the receipt has format {version}; this fourbeat reads format {FORMAT}",
            str(path),
            "Use the fourbeat that wrote it, or a newer one",
        )
    if unchanged and tree.get("seal") is not None and digest(text) != tree["seal"]:
        raise RunError(
            "the receipt has changed since it was sealed",
            str(path),
            f"`fourbeat verify {directory}` lists what else did",
        )
    try:
        return Receipt.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RunError(f"the receipt is damaged: {where}: {first['msg']}", str(path)) from None
