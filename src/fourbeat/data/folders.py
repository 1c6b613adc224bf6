"""Folders of images: which files count, in what order, and the identity of them all."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fourbeat.data.opening import scan
from fourbeat.data.split import NAMES
from fourbeat.errors import DataError, Problem

SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".pgm", ".ppm")


@dataclass(frozen=True, slots=True)
class Listing:
    """The images of a folder.

    Attributes:
        root: the folder.
        names: of the files within it, with slashes, sorted.
        left: other files directly in it, which are no images by their names.
    """

    root: Path
    names: list[str]
    left: list[str]

    def paths(self) -> list[Path]:
        """The files, in the order of their names."""
        return [self.root / name for name in self.names]


def listing(root: Path) -> Listing:
    """Every file in a folder and its sub-folders, but for hidden ones.

    Raises:
        DataError: for links that leave the folder, and whatever is neither file nor folder.
    """
    names: list[str] = []
    problems: list[Problem] = []
    inside = root.resolve()

    def unreadable(error: OSError) -> None:
        problems.append(Problem(f"cannot be read: {error.strerror}", str(error.filename)))

    for folder, folders, files in os.walk(root, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted([*folders, *files]):
            path = Path(folder) / name
            if name.startswith(".") or (name in folders and not path.is_symlink()):
                continue
            fault = fault_of(path, inside)
            if fault:
                problems.append(Problem(fault, str(path), "Remove it, or put a plain file there"))
            else:
                names.append(path.relative_to(root).as_posix())
    if problems:
        raise DataError(problems)
    left = [n for n in names if "/" not in n and not n.lower().endswith(SUFFIXES)]
    return Listing(root, sorted(set(names) - set(left)), sorted(left))


def fault_of(path: Path, inside: Path) -> str:
    """Why an entry is no file of the folder's own; empty if it is one."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return "the name is not UTF-8"
    if path.is_symlink():
        if not path.exists():
            return "the link leads nowhere"
        if not path.resolve().is_relative_to(inside):
            return "the link leads out of the folder"
        if path.is_dir():
            return "the link leads to a folder"
    return "" if path.is_file() else "neither a file nor a folder"


def by_class(found: Listing) -> list[str]:
    """The class of each file: the sub-folder that it stands in, or under.

    Raises:
        DataError: for images outside of the sub-folders, for sub-folders without images, and for
            sub-folders that are named for splits.
    """
    root = str(found.root)
    entries = sorted(e.name for e in found.root.iterdir() if e.is_dir() and e.name[0] != ".")
    if any("idx3-ubyte" in name for name in found.left):
        raise DataError(
            "the folder holds IDX files, and no folders of classes",
            root,
            f"Fashion-MNIST: fourbeat train fashion-mnist --data-dir {root}",
        )
    if not entries:
        raise DataError("the folder has no sub-folders", root, "Make one for each class")
    if all(name.lower() in NAMES for name in entries):
        sides = {NAMES[name.lower()]: name for name in entries}
        flags = [f"--{side} {found.root / name}" for side, name in sides.items() if side != "train"]
        first = found.root / sides.get("train", entries[0])
        raise DataError(
            f"the sub-folders are splits, not classes: {', '.join(entries)}",
            root,
            f"fourbeat train {' '.join([str(first), *flags])}",
        )
    loose = [name for name in found.names if "/" not in name]
    problems = [
        Problem("an image outside of the class folders", str(found.root / n)) for n in loose
    ]
    classes = [name.partition("/")[0] for name in found.names if "/" in name]
    problems += [
        Problem("the class has no images", str(found.root / name))
        for name in entries
        if name not in set(classes)
    ]
    if problems:
        raise DataError(problems)
    return classes


def digest(names: Iterable[str], sha256s: Iterable[str]) -> str:
    """The identity of a folder: the sha256 over its files' names and sha256s, sorted by name."""
    lines = (f"{name}\0{sha256}\n" for name, sha256 in sorted(zip(names, sha256s, strict=True)))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def identity(path: Path) -> str:
    """The sha256 of a file, or of the images in a folder; see `digest`."""
    if not path.is_dir():
        return scan(path)[0]
    found = listing(path)
    return digest(found.names, (scan(file)[0] for file in found.paths()))


def unchanged(path: Path, sha256: str) -> bool:
    """Whether a file or folder is still the one with this identity."""
    try:
        return identity(path) == sha256
    except DataError:
        return False
