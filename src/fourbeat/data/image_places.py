"""Where images are: a folder by class, a pair of IDX files, or a named set in its folder."""

import re
from dataclasses import dataclass
from pathlib import Path

from fourbeat.config.data import NAMED, DataConfig, SplitConfig
from fourbeat.errors import ConfigError, DataError, Problem

ROLES = ("data", "validation", "test")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one part of the images is: a folder by class, or a pair of IDX files."""

    role: str
    images: Path
    labels: Path | None


def places(data: DataConfig, shares: SplitConfig) -> list[Place]:
    """Where the parts are: the first, and the split's own files.

    Raises:
        ConfigError: for a name that is not known, or without its folder.
        DataError: for a named set of which files are missing.
    """
    if data.path is None:
        raise ConfigError("no images were named", "data.path", "Give a folder or an IDX file")
    name = str(data.path)
    given = [
        (data.path, data.labels),
        (shares.validation_file, shares.validation_labels),
        (shares.test_file, shares.test_labels),
    ]
    if data.dir is not None:
        if name not in NAMED:
            raise ConfigError(
                f"no data set is called {name!r}", "data.path", f"Known: {', '.join(NAMED)}"
            )
        if data.labels or any(path for pair in given[1:] for path in pair):
            raise ConfigError(f"{name} has files of its own: leave the others out", "data")
        return named(data.dir)
    if name in NAMED and not data.path.exists():
        raise ConfigError(f"{name} needs the folder of its files", "data.dir", "Say --data-dir DIR")
    return [
        Place(role, path, None if path.is_dir() else own or labels_beside(path))
        for role, (path, own) in zip(ROLES, given, strict=True)
        if path is not None
    ]


def named(folder: Path) -> list[Place]:
    """The four files of MNIST and its kind, each gzipped or not."""
    found: list[Path] = []
    problems: list[Problem] = []
    for side in ("train", "t10k"):
        for what in ("images-idx3", "labels-idx1"):
            plain = folder / f"{side}-{what}-ubyte"
            packed = plain.with_name(f"{plain.name}.gz")
            if not plain.is_file() and not packed.is_file():
                problems.append(Problem(f"{plain.name}[.gz] is missing", str(folder)))
            found.append(plain if plain.is_file() else packed)
    if problems:
        raise DataError(problems)
    return [Place("data", *found[:2]), Place("test", *found[2:])]


def labels_beside(path: Path) -> Path:
    """The file with the labels of an IDX file, by its name."""
    name = re.sub(r"images(.?)idx3", r"labels\1idx1", path.name)
    if name == path.name:
        raise ConfigError(
            f"{path.name} does not say where its labels are", "data.labels", "Give their IDX file"
        )
    found = path.with_name(name)
    other = found.with_name(name.removesuffix(".gz") if name.endswith(".gz") else f"{name}.gz")
    return found if found.exists() or not other.exists() else other


def sources(data: DataConfig, shares: SplitConfig) -> list[Path]:
    """Every file and folder that is read, in the order in which the receipt has them."""
    both = [(place.images, place.labels) for place in places(data, shares)]
    return [path for pair in both for path in pair if path is not None]
