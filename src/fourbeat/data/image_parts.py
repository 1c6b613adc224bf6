"""The images of one part of a split, read with their labels."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fourbeat.config.data import DataConfig
from fourbeat.config.options import ImageConfig
from fourbeat.data import folders, idx, pictures
from fourbeat.data.image_places import Place
from fourbeat.data.opening import scan
from fourbeat.data.record import FileRecord
from fourbeat.errors import ConfigError, DataError, Problem

FASHION: tuple[str, ...] = (
    "tshirt_top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle_boot",
)


@dataclass(slots=True)
class Part:
    """One part of the images.

    Attributes:
        pixels: uint8 of shape (n, channels, height, width).
        texts: the label of each image.
        files: their identities.
        notes: what was changed on the way.
    """

    name: str
    pixels: np.ndarray
    texts: list[str]
    files: list[FileRecord]
    notes: list[str] = field(default_factory=list[str])


def read_all(where: Sequence[Place], data: DataConfig, image: ImageConfig) -> list[Part]:
    """The parts, of one size and number of channels: those of the first.

    Raises:
        DataError: with what is wrong in every part.
    """
    parts: list[Part] = []
    problems: list[Problem] = []
    names = declared_names(data)
    size, channels = image.size, None
    for place in where:
        try:
            part = (
                read_folder(place, size, channels)
                if place.labels is None
                else read_pair(place, place.labels, names)
            )
            _, own, *rest = part.pixels.shape
            if (channels, size) != (None, image.size) and (own, tuple(rest)) != (channels, size):
                raise DataError(
                    f"images of {own} x {rest[0]} x {rest[1]}, and the others are of "
                    f"{channels} x {' x '.join(map(str, size or ()))}",
                    part.name,
                )
            if image.size is not None and tuple(rest) != image.size:
                raise ConfigError(
                    f"{part.name} holds images of {rest[0]} x {rest[1]}",
                    "image.size",
                    "IDX images keep their size: leave it out",
                )
            channels, size = own, (rest[0], rest[1])
            parts.append(part)
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return parts


def declared_names(data: DataConfig) -> Sequence[str] | None:
    """What the labels 0, 1, … are called: as declared, or as the named set has it."""
    return data.classes or (FASHION if data.dir is not None else None)


def read_pair(place: Place, labels_file: Path, names: Sequence[str] | None) -> Part:
    """A pair of IDX files.

    Args:
        names: of the labels 0, 1, …; None to call them by their numbers.
    """
    pixels, codes = idx.read(place.images), idx.read(labels_file)
    if pixels.ndim != 3:
        raise DataError(
            f"images have 3 dimensions (number, height, width), and these have {pixels.ndim}",
            str(place.images),
        )
    if not pixels.size:
        raise DataError("the file has no images", str(place.images))
    if codes.ndim != 1 or len(codes) != len(pixels):
        raise DataError(
            f"{len(pixels):,} images, and labels of shape {codes.shape}",
            str(labels_file),
            f"Give the labels of {place.images.name}",
        )
    known = list(names) if names else [str(code) for code in range(256)]
    if codes.max() >= len(known):
        raise DataError(
            f"label {codes.max()} has no name: data.classes names 0 to {len(known) - 1}",
            str(labels_file),
        )
    files = [
        FileRecord(
            name=path.name,
            role=role,
            path=str(path.absolute()),
            sha256=scan(path)[0],
            rows=len(pixels),
        )
        for path, role in ((place.images, place.role), (labels_file, f"{place.role} labels"))
    ]
    return Part(place.images.name, pixels[:, None], [known[code] for code in codes.tolist()], files)


def read_folder(place: Place, size: pictures.Size | None, channels: int | None) -> Part:
    """A folder of images by class."""
    found = folders.listing(place.images)
    texts = folders.by_class(found)
    read = pictures.read(found.paths(), size=size, channels=channels)
    name = place.images.absolute().name or "folder"
    file = FileRecord(
        name=name,
        role=place.role,
        path=str(place.images.absolute()),
        sha256=folders.digest(found.names, read.sha256s),
        rows=len(texts),
    )
    notes = [f"{name}: {note}" for note in read.notes]
    if found.left:
        notes.append(f"{name}: left out {', '.join(found.left)}: not in a class's folder.")
    return Part(name, read.pixels, texts, [file], notes)
