"""Data of the user's own: the datasets or loaders that a `module:factory` makes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset

from fourbeat.code import factory
from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data import split
from fourbeat.data.record import DataRecord, LabelRecord, QuantityRecord, SplitRecord
from fourbeat.errors import ConfigError, DataError, Problem, first_line
from fourbeat.types import Split

SIDES: tuple[Split, ...] = ("train", "validation", "test")
SHARES = ("validation", "test", "seed")
"""Options of a random split."""

MADE = "It is called as factory(**data.options)"
GIVES = "Give a dataset with a length, or a mapping with 'train', 'validation' and perhaps 'test'"


@dataclass(frozen=True, slots=True)
class SampleShape:
    """What a model needs to know of one sample.

    Attributes:
        inputs: the shape of each input, without the batch's dimension.
        dtypes: of each input.
        outputs: number of classes, where the data says their names; None otherwise.
    """

    inputs: tuple[tuple[int, ...], ...]
    dtypes: tuple[torch.dtype, ...]
    outputs: int | None

    @property
    def said(self) -> str:
        """`(3, 32, 32) float32, (4,) int64`."""
        pairs = zip(self.inputs, self.dtypes, strict=True)
        return ", ".join(f"{s} {str(d).removeprefix('torch.')}" for s, d in pairs)


@dataclass(frozen=True, slots=True)
class OwnData:
    """What the factory made.

    Attributes:
        name: of the factory.
        sides: datasets or loaders by side; `train` and `validation` are there.
        classes: names of the classes, if the data or the configuration says them.
        rows: of each side whose length is known.
        split: how the sides were told apart.
    """

    name: str
    sides: Mapping[Split, Any]
    classes: list[str] | None
    rows: dict[Split, int]
    split: SplitRecord

    def loaders(self, batch_size: int) -> dict[Split, Iterable[Any]]:
        """A loader for each side; one of the user's own is taken as it is.

        Args:
            batch_size: of the others. Training rows that have a length are shuffled.
        """
        return {
            side: DataLoader(
                made, batch_size, shuffle=side == "train" and not isinstance(made, IterableDataset)
            )
            if isinstance(made, Dataset)
            else made
            for side, made in self.sides.items()
        }

    @property
    def batched(self) -> bool:
        """Whether the training rows come in batches already."""
        return not isinstance(self.sides["train"], Dataset)

    def record(self, config: DataConfig, outputs: int) -> DataRecord:
        """Identity and meaning, for the receipt.

        Args:
            config: with the task.
            outputs: numbers that the model gives for a row.
        """
        names = self.classes or [str(number) for number in range(outputs)]
        task = config.task
        return DataRecord(
            files=[],
            task=task,
            target="target",
            columns=[],
            classes=names if task == "classification" else [],
            quantity=QuantityRecord(mean=0, std=1) if task == "regression" else None,
            labels=[LabelRecord(name=name) for name in names] if task == "multilabel" else [],
            split=self.split,
            notes=[
                f"Made by {self.name}. Of its code this module's file is hashed, and not what it "
                "imports or reads."
            ],
        )


def read_own(config: DataConfig, shares: SplitConfig, seed: int) -> OwnData:
    """Call the factory, and see what it made.

    Args:
        config: `factory`, a `module:factory`, and its `options`.
        shares: of a random split, where there is one dataset.
        seed: of that split.

    Raises:
        ConfigError: for options that only a table has, or a factory that fails.
        DataError: for what cannot be trained on.
    """
    name = str(config.factory)
    make = factory(name, "data.factory")
    try:
        made = make(**config.options)
    except (Exception, SystemExit) as error:
        fact = f"the data factory failed: {type(error).__name__}: {first_line(error)}"
        raise ConfigError(fact, name, MADE) from error
    if isinstance(made, Mapping):
        sides = named_sides(cast(Mapping[Any, Any], made), name)
        method, divided = "own", None
    elif isinstance(made, Dataset) and has_length(made):
        sides, divided = halves(cast(Dataset[Any], made), shares, seed, name)
        method = "random"
    else:
        raise DataError(f"the data factory gave {type(made).__name__}", name, GIVES)
    check_options(config, shares, divides=divided is not None)
    rows: dict[Split, int] = {}
    for side, one in sides.items():
        if (count := rows_of(one)) is not None:
            rows[side] = count
    record = divided.record(method, seed) if divided else None
    said = list(config.classes) if config.classes else classes_of(sides["train"])
    plain = SplitRecord(method=method, seed=None, rows=rows, rows_sha256={})
    return OwnData(name, sides, said, rows, record or plain)


def named_sides(made: Mapping[Any, Any], name: str) -> dict[Split, Any]:
    """The sides of a mapping.

    Raises:
        DataError: naming what is missing, unknown, empty, or not to be iterated.
    """
    problems = [Problem(f"there is no {side!r}", name) for side in SIDES[:2] if side not in made]
    problems += [Problem(f"{key!r} is no side", name, GIVES) for key in made if key not in SIDES]
    for side, one in made.items():
        if not isinstance(one, Dataset) and not isinstance(one, Iterable):
            problems.append(
                Problem(f"{side!r} is a {type(one).__name__}", name, "Give a dataset or a loader")
            )
        elif isinstance(one, Iterator):
            fact = f"{side!r} can be gone through once only"
            problems.append(Problem(fact, name, "Give a dataset, a loader or a list"))
        elif rows_of(one) == 0:
            problems.append(Problem(f"{side!r} is empty", name))
    if problems:
        raise DataError(problems)
    return {side: made[side] for side in SIDES if side in made}


def halves(
    data: Dataset[Any], shares: SplitConfig, seed: int, name: str
) -> tuple[dict[Split, Any], split.Rows]:
    """A random split of one dataset, a function of the seed and its length."""
    count = len(cast(Any, data))
    if count < len(SIDES):
        raise DataError(
            f"the dataset has {count} rows, and {len(SIDES)} splits need one each", name
        )
    rows = split.stratified(
        np.zeros(count, np.int64),
        ["the dataset"],
        validation=shares.validation,
        test=shares.test,
        seed=seed,
    )
    parts = zip(SIDES, (rows.train, rows.validation, rows.test), strict=True)
    return {side: Subset(data, part.tolist()) for side, part in parts if len(part)}, rows


def check_options(config: DataConfig, shares: SplitConfig, *, divides: bool) -> None:
    """Refuse what only tables and files have.

    Args:
        config, shares: as declared.
        divides: whether there is one dataset to split.

    Raises:
        ConfigError: naming every such option.
    """
    own = {"factory", "options", "classes", "task"}
    said = [f"data.{name}" for name in changed(config) if name not in own]
    said += [f"split.{name}" for name in changed(shares) if not divides or name not in SHARES]
    if said:
        raise ConfigError(
            [Problem(f"data of your own has no use for {k!r}", k, "Leave it out") for k in said]
        )


def changed(section: DataConfig | SplitConfig) -> list[str]:
    """The options of a section that are not at their defaults."""
    fields = type(section).model_fields
    return [n for n, f in fields.items() if getattr(section, n) != f.get_default()]


def has_length(thing: Any) -> bool:
    """Whether `len` works on it."""
    try:
        return len(thing) >= 0
    except Exception:  # a stream's raises what it likes
        return False


def rows_of(side: Any) -> int | None:
    """How many samples a dataset, or a loader's dataset, says it has."""
    data = side if isinstance(side, Dataset) else getattr(side, "dataset", None)
    return len(cast(Any, data)) if has_length(data) else None


def classes_of(side: Any) -> list[str] | None:
    """The names of the classes, where a dataset has them as `classes`, as is the custom."""
    data: Any = getattr(side, "dataset", side)
    found = getattr(data, "classes", None)
    return [str(name) for name in found] if isinstance(found, list | tuple) and found else None  # pyright: ignore[reportUnknownVariableType]
