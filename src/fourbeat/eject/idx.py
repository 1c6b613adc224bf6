"""How the script reads IDX files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fourbeat.config.options import Config
from fourbeat.data.idx import GZIP, read
from fourbeat.data.image_parts import declared_names
from fourbeat.data.image_places import ROLES, Place
from fourbeat.data.record import DataRecord
from fourbeat.eject.part import Part, Read
from fourbeat.eject.text import code, indented, joined, path

NAMES = {"data": "IMAGES", "validation": "VALIDATION_IMAGES", "test": "TEST_IMAGES"}


def reading(config: Config, record: DataRecord, where: Sequence[Place]) -> Read:
    """The lines that read pairs of IDX files."""
    constants: dict[str, Any] = {}
    images: list[str] = []
    labels: list[str] = []
    codes: list[np.ndarray] = []
    packed: set[bool] = set()
    for place in where:
        assert place.labels is not None
        name = NAMES[place.role]
        images.append(name)
        labels.append(name.replace("IMAGES", "LABELS"))
        for key, file in ((images[-1], place.images), (labels[-1], place.labels)):
            constants[key] = path(key, file.absolute())
            packed.add(magic(file) == GZIP)
        codes.append(read(place.labels))
    numbers = class_numbers(config, record, np.concatenate(codes))
    plain = all(code == number for code, number in numbers.items())
    if not plain:
        constants["CLASS_OF_LABEL"] = numbers
    functions = (reader(packed),)
    if len(where) == 1:
        lines = joined(
            "pixels = torch.tensor(read_idx(IMAGES))[:, None]", "labels = read_idx(LABELS)"
        )
    else:
        lines = joined(
            f"parts = [read_idx(path) for path in ({', '.join(images)})]",
            "pixels = torch.tensor(np.concatenate(parts))[:, None]",
            f"labels = np.concatenate([read_idx(path) for path in ({', '.join(labels)})])",
        )
    targeted = (
        "targets = torch.tensor(labels, dtype=torch.int64)"
        if plain
        else "targets = torch.tensor([CLASS_OF_LABEL[label] for label in labels.tolist()])"
    )
    lines = joined(lines, targeted)
    roles = [place.role for place in where]
    sizes = dict(zip(roles, map(len, codes), strict=True))
    names = [name for pair in zip(images, labels, strict=True) for name in pair]
    targets = np.array([numbers[int(label)] for label in np.concatenate(codes)])
    counts = [sizes.get(role, 0) for role in ROLES]
    return Read(Part(constants, functions, lines), names, targets, counts)


def magic(file: Path) -> bytes:
    """A file's first two bytes."""
    with file.open("rb") as opened:
        return opened.read(2)


def class_numbers(config: Config, record: DataRecord, codes: np.ndarray) -> dict[int, int]:
    """The class number of each label that occurs."""
    names: list[str] = list(declared_names(config.data) or [str(n) for n in range(256)])
    found: dict[int, int] = {}
    for label in np.unique(codes).tolist():
        name: str = names[label]
        found[label] = record.classes.index(config.data.relabel.get(name, name))
    return found


def reader(packed: set[bool]) -> str:
    """The function `read_idx`, for gzipped files, plain ones, or both."""
    opened = {
        frozenset({True}): "data = gzip.decompress(path.read_bytes())",
        frozenset({False}): "data = path.read_bytes()",
        frozenset({True, False}): code("""
            data = path.read_bytes()
            if path.suffix == ".gz":
                data = gzip.decompress(data)
        """),
    }[frozenset(packed)]
    head = code('''
        def read_idx(path: Path) -> np.ndarray:
            """An IDX file of bytes: a magic number that ends in the dimensions, sizes, values."""
    ''')
    end = code("""
        sizes = np.frombuffer(data, ">u4", count=data[3], offset=4)
        return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(sizes)
    """)
    return joined(head, indented(joined(opened, end)))
