"""Images with their labels: from files to pixels, class numbers and splits, in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.config.options import ImageConfig
from fourbeat.data import labels, split
from fourbeat.data.augment import statistics
from fourbeat.data.image_parts import Part, declared_names, read_all
from fourbeat.data.image_places import ROLES, places
from fourbeat.data.leaks.facts import Leak
from fourbeat.data.leaks.pictures import look
from fourbeat.data.record import DataRecord, ImageRecord
from fourbeat.data.split import Rows
from fourbeat.errors import ConfigError, DataError, Problem

TARGET = "class"


@dataclass(frozen=True, slots=True)
class ImageShape:
    """What a model needs to know of the images.

    Attributes:
        channels, height, width: of each image.
        classes: number of labels.
    """

    channels: int
    height: int
    width: int
    classes: int

    @property
    def outputs(self) -> int:
        """Numbers that a model gives for an image: a logit for each class."""
        return self.classes


@dataclass(frozen=True, slots=True)
class PreparedImages:
    """Images ready to train on.

    Attributes:
        pixels: uint8 of shape (rows, channels, height, width).
        target: class numbers, int64 of shape (rows,).
        rows: row numbers of each side.
        record: identity and meaning, for the receipt.
        images: of the record: size and normalisation.
        shape: what the model must take.
        leaks: what is wrong with the data, with the guilty rows.
    """

    pixels: torch.Tensor
    target: torch.Tensor
    rows: Rows
    record: DataRecord
    images: ImageRecord
    shape: ImageShape
    leaks: list[Leak]


def prepare_images(
    data: DataConfig, shares: SplitConfig, image: ImageConfig, seed: int
) -> PreparedImages:
    """Read, split, and take statistics of the training rows.

    Args:
        data: where the images are.
        shares: which of them train, validate and test.
        image: size and normalisation.
        seed: of a random split.

    Raises:
        ConfigError: for options that images do not have.
        DataError: with every problem of one stage at once.
    """
    check_options(data, shares)
    parts = read_all(places(data, shares), data, image)
    classes, target = numbers(parts, data)
    counts = {part.files[0].role: len(part.pixels) for part in parts}
    sides = [counts.get(role, 0) for role in ROLES]
    if any(sides[1:]):
        method, rows = "file", split.by_file(target, sides, classes, shares, seed)
    else:
        method = "stratified"
        rows = split.stratified(
            target, classes, validation=shares.validation, test=shares.test, seed=seed
        )
    labels.check_classes(target[rows.train], classes, parts[0].name)
    pixels = torch.from_numpy(
        np.concatenate([part.pixels for part in parts]) if len(parts) > 1 else parts[0].pixels
    )
    _, channels, height, width = pixels.shape
    mean, std = normalisation(image, pixels, rows.train)
    images = ImageRecord(
        channels=channels,
        height=height,
        width=width,
        mean=mean,
        std=std,
        flip=image.flip,
        crop=image.crop,
    )
    mapping = ", ".join(f"{name} = {number}" for number, name in enumerate(classes))
    counted = [(part.name, len(part.pixels)) for part in parts]
    leaks = list(look(pixels, target, rows, counted))
    record = DataRecord(
        files=[file for part in parts for file in part.files],
        target=TARGET,
        columns=[],
        classes=classes,
        split=rows.record(method, seed),
        notes=[*(n for part in parts for n in part.notes), f"Labels: {mapping}."],
        images=images,
        findings=[leak.finding for leak in leaks],
    )
    return PreparedImages(
        pixels,
        torch.from_numpy(target),
        rows,
        record,
        images,
        ImageShape(channels, height, width, len(classes)),
        leaks,
    )


def check_options(data: DataConfig, shares: SplitConfig) -> None:
    """Refuse what only a table has.

    Raises:
        ConfigError: naming every such option.
    """
    said = {
        "data.target": data.target,
        "data.ignore": data.ignore,
        "data.columns": data.columns,
        "data.missing": data.missing,
        "split.column": shares.column,
        "split.group": shares.group,
        "split.time": shares.time,
    }
    problems = [
        Problem(f"images have no columns, and {key} is {value!r}", key, "Leave it out")
        for key, value in said.items()
        if value
    ]
    if shares.folds:
        problems.append(Problem("folds are for tables", "split.folds", "Leave it out"))
    if data.task != "classification":
        fact = f"images have classes, and the task is {data.task}"
        problems.append(Problem(fact, "data.task", "Leave it out"))
    if problems:
        raise ConfigError(problems)


def numbers(parts: Sequence[Part], data: DataConfig) -> tuple[list[str], np.ndarray]:
    """The classes of the first part, and the class numbers of all, int64 of shape (rows,).

    Raises:
        DataError: for labels that the first part, or `data.classes`, does not have.
    """
    texts = [[data.relabel.get(text, text) for text in part.texts] for part in parts]
    first = set(texts[0])
    declared = declared_names(data)
    if declared is not None and len(set(declared)) < len(declared):
        raise ConfigError("a class is declared twice", "data.classes", "Name each once")
    if declared is not None:
        classes = list(dict.fromkeys(data.relabel.get(name, name) for name in declared))
    else:
        classes = sorted(first, key=labels.sort_key)
    if len(first) < 2:
        raise DataError(
            f"the images have one class only, {min(first)!r}",
            parts[0].name,
            "A classifier needs images of two classes at least",
        )
    problems = [
        labels.unknown_labels(strange, classes, part.name)
        for part, own in zip(parts, texts, strict=True)
        if (strange := sorted(set(own) - set(classes)))
    ]
    if problems:
        raise DataError(problems)
    number = {name: i for i, name in enumerate(classes)}
    return classes, np.array([number[text] for own in texts for text in own], np.int64)


def normalisation(
    image: ImageConfig, pixels: torch.Tensor, train: np.ndarray
) -> tuple[list[float], list[float]]:
    """Mean and deviation of each channel: given, or of the training rows."""
    if image.mean is None or image.std is None:
        return statistics(pixels, train)
    if len(image.mean) != pixels.shape[1]:
        raise ConfigError(
            f"{len(image.mean)} means are given, and the images have {pixels.shape[1]} channels",
            "image.mean",
        )
    return list(image.mean), list(image.std)
