"""The options of the data and of its split."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from fourbeat.config.columns import ColumnConfig
from fourbeat.config.section import Section
from fourbeat.types import TaskName

EQUAL_ROWS = "*"
"""What `split.group` says for rows that are equal."""

NAMED = ("fashion-mnist",)
"""Data sets that `data.path` may name, with `data.dir` for the folder of their files."""


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
    """A column whose values name what rows belong to: a customer, a patient. Each is on one side only.
    With `*` rows that are equal in all columns that the model sees belong together."""
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

    @property
    def group_column(self) -> str | None:
        """The column of groups, if there is one."""
        return None if self.group == EQUAL_ROWS else self.group

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
