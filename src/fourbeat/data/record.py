"""The identity and meaning of a data set, as the receipt keeps them."""

from pydantic import BaseModel, ConfigDict

from fourbeat.data.schema import Column
from fourbeat.data.split import SplitRecord


class Record(BaseModel):
    """A part of the receipt: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class FileRecord(Record):
    """One data source: its name, role, full path (None for a frame), sha256 and rows."""

    name: str
    role: str
    path: str | None
    sha256: str
    rows: int


class DataRecord(Record):
    """The data: files, columns with their statistics, label mapping, split.

    Attributes:
        classes: label texts; the place is the class number.
        notes: what was cast, renamed or left out, in words.
    """

    files: list[FileRecord]
    target: str
    columns: list[Column]
    classes: list[str]
    split: SplitRecord
    notes: list[str] = []
