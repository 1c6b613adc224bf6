"""The identity and meaning of a data set, as the receipt keeps them."""

from pydantic import BaseModel, ConfigDict

from fourbeat.data.column import Column
from fourbeat.finding import Severity
from fourbeat.types import Split, TaskName


class Record(BaseModel):
    """A part of the receipt: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class SplitRecord(Record):
    """How the rows were split: enough to make the same split again, and to see if it is the same.

    Attributes:
        method: `stratified`, `stratified by rarest label`, `random`, `group`, `time`, `group and time`,
            `column` or `file`.
        by: the columns with the group and the time; `*` for the group of equal rows.
        fold: of several, `2 of 5`; empty for a single split.
        left: rows on no side: with `group and time` those of a group that came before, on another side.
        seed: of a random split.
        rows: number of rows on each side.
        rows_sha256: for each side, the sha256 over its sorted row numbers as little-endian int64.
    """

    method: str
    by: list[str] = []
    fold: str = ""
    left: int = 0
    seed: int | None
    rows: dict[Split, int]
    rows_sha256: dict[Split, str]


class FileRecord(Record):
    """One data source: its name, role, full path (None for a frame), sha256 and rows."""

    name: str
    role: str
    path: str | None
    sha256: str
    rows: int


class DataFinding(Record):
    """Something that is wrong with the data.

    Attributes:
        rule: its id.
        severity: `error` only where the evidence is conclusive.
        message: what is wrong, with the numbers.
        fix: what to do.
        columns: the guilty ones.
        count: rows that are guilty, where rows are.
        rows: some of them, as the file has them: pairs, the training row first, or single ones.
        evidence: numbers that show it, by name.
    """

    rule: str
    severity: Severity
    message: str
    fix: str
    columns: list[str] = []
    count: int = 0
    rows: list[list[str]] = []
    evidence: dict[str, float] = {}


class ImageRecord(Record):
    """Images as the model sees them.

    Attributes:
        channels: 1 for grey, 3 for red, green, blue.
        height, width: of every image, resized where the files' were others.
        mean, std: of each channel, subtracted from and divided into pixels between 0 and 1.
        flip: whether training images were mirrored at random.
        crop: pixels of padding within which training images were moved at random.
    """

    channels: int
    height: int
    width: int
    mean: list[float]
    std: list[float]
    flip: bool
    crop: int

    @property
    def said(self) -> str:
        """`28 x 28 grey images`."""
        colour = "grey" if self.channels == 1 else "colour"
        return f"{self.height} x {self.width} {colour} images"

    @property
    def augmentation(self) -> str:
        """What is done to training images, in words; empty for nothing."""
        done = ["flipped"] * self.flip + [f"cropped after padding by {self.crop}"] * bool(self.crop)
        return ", ".join(done)


class QuantityRecord(Record):
    """The target of a regression, over the training rows.

    Attributes:
        mean, std: the network gives (target - mean) / std; 0 and 1 for data of one's own.
        low, high: the smallest and the largest value, where all are at hand.
    """

    mean: float
    std: float
    low: float | None = None
    high: float | None = None


class LabelRecord(Record):
    """One label of several: its column, and how many training rows have it, where that is known."""

    name: str
    ones: int | None = None


class DataRecord(Record):
    """The data: files, columns with their statistics, label mapping, split.

    Attributes:
        task: what the target is.
        target: the column, or columns, that were predicted; `class` for images.
        columns: none for images.
        images: what the model takes, None for a table.
        classes: label texts of a classification; the place is the class number.
        quantity: of a regression.
        labels: of a multi-label task; the place is the output's number.
        missing: texts that mean "no value", beside the empty field.
        notes: what was cast, renamed or left out, in words.
        findings: what is wrong with the data; see `fourbeat.data.leaks`.
    """

    files: list[FileRecord]
    task: TaskName = "classification"
    target: str | list[str]
    columns: list[Column]
    classes: list[str]
    quantity: QuantityRecord | None = None
    labels: list[LabelRecord] = []
    split: SplitRecord
    missing: list[str] = []
    notes: list[str] = []
    findings: list[DataFinding] = []
    images: ImageRecord | None = None

    @property
    def outputs(self) -> int:
        """Numbers that the network gives for a row."""
        return len(self.classes) or len(self.labels) or 1

    @property
    def aim(self) -> tuple[str, str]:
        """What is predicted, in words: the target's name, and what it is."""
        name = self.target if isinstance(self.target, str) else ", ".join(self.target)
        if self.quantity:
            q = self.quantity
            known = "" if q.low is None else f", {q.mean:.4g} ± {q.std:.4g} in training"
            return name, f"a quantity{known}"
        if self.labels:
            return name, f"{len(self.labels):,} label{'s' * (len(self.labels) > 1)}, each 0 or 1"
        return name, f"{len(self.classes):,} classes"
