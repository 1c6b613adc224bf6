"""The step log's file: fixed-size records, appended.

A file begins with a line, the length of a header, the header in JSON and its hash; then come the
records, each ending in the xxh3-64 of its other bytes (faster than CRC32C in Python, and more
bits). Where what is trained changes on the way (a layer is unfrozen), the log goes on in a next
file with a layout of its own.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xxhash

from fourbeat.errors import RunError
from fourbeat.record.layout import Flag, Layout

MAGIC = b"fourbeat steps 2\n"
ROWS = "rows.log"
CHECK = 8
"""Bytes of a hash."""


def name_of(part: int) -> str:
    """The file of a part of the log, from 0."""
    return "steps.log" if part == 0 else f"steps.{part + 1}.log"


class Part(NamedTuple):
    """One file of a log.

    Attributes:
        start: where its first record begins, in bytes.
        before: records in the files before it.
        layout: of its records.
    """

    path: Path
    start: int
    before: int
    layout: Layout

    @property
    def size(self) -> int:
        """Bytes of a record."""
        return self.layout.dtype.itemsize

    @property
    def records(self) -> int:
        """Whole records in it by now."""
        return (self.path.stat().st_size - self.start) // self.size


def parts(directory: Path) -> list[Part]:
    """The files of a log, in order; none where there is no log.

    Raises:
        RunError: for a header that is damaged or of another format.
    """
    found: list[Part] = []
    while (path := directory / name_of(len(found))).exists():
        found.append(read_header(path))
    return found


def read_header(path: Path) -> Part:
    """What a file of a log says of itself.

    Raises:
        RunError: if it is damaged or of another format.
    """
    damaged = RunError(
        "the step log is damaged: its header is not whole",
        str(path),
        "`fourbeat reproduce` trains the run again, with a log of its own",
    )
    with path.open("rb") as file:
        if (line := file.read(len(MAGIC))) != MAGIC:
            if line.startswith(MAGIC[:-3]):
                raise RunError(
                    "the step log has another format",
                    str(path),
                    "Use the fourbeat that wrote it, or a newer one",
                )
            raise damaged
        size = int.from_bytes(file.read(4), "little")
        raw, check = file.read(size), file.read(CHECK)
    if len(check) < CHECK or xxhash.xxh3_64_digest(raw) != check:
        raise damaged
    try:
        tree = json.loads(raw)
        layout = Layout.read(tree["layout"])
        return Part(path, len(MAGIC) + 4 + size + CHECK, int(tree["before"]), layout)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise damaged from None


def header(layout: Layout, before: int) -> bytes:
    """The first bytes of a file."""
    raw = json.dumps({"before": before, "layout": layout.plain()}).encode()  # the order counts
    return MAGIC + len(raw).to_bytes(4, "little") + raw + xxhash.xxh3_64_digest(raw)


def sealed(records: np.ndarray) -> bytes:
    """The bytes of records of shape (n,), each with its hash."""
    size, digest = records.dtype.itemsize, xxhash.xxh3_64_intdigest
    raw = records.tobytes()  # of which slices cost half of those of an array
    ends = range(size - CHECK, len(raw), size)
    records["check"] = [digest(raw[end - size + CHECK : end]) for end in ends]
    return records.tobytes()


def whole(raw: Any) -> bool:
    """Whether a record's bytes are as they were sealed."""
    return xxhash.xxh3_64_intdigest(raw[:-CHECK]) == int.from_bytes(raw[-CHECK:], "little")


def branch(directory: Path, at: int, target: Path) -> bytes:
    """Copy the first records of a log into another run's directory.

    Args:
        directory: of the run whose log it is.
        at: records to copy.
        target: the other directory.

    Returns:
        The log's hash there; see `StepLog`.
    """
    root = bytes(16)
    for part in parts(directory):
        size = part.layout.dtype.itemsize
        count = min(at - part.before, part.records)
        if count < 0 or (count == 0 and part.before):
            break
        with part.path.open("rb") as file:
            raw = file.read(part.start + count * size)
        (target / part.path.name).write_bytes(raw)
        root = grown(root, raw[part.start :], part.layout)
    if (directory / ROWS).exists():
        shutil.copyfile(directory / ROWS, target / ROWS)
    return root


def root_of(directory: Path) -> bytes:
    """The hash of a log as it stands; see `StepLog`."""
    root = bytes(16)
    for part in parts(directory):
        root = grown(
            root, part.path.read_bytes()[part.start :][: part.records * part.size], part.layout
        )
    return root


class StepLog:
    """Writes a run's step log.

    Records that a resumed process writes again are compared with what stands there.

    Args:
        directory: of the run.
        at: records that the resumed state knows of; what stands behind them comes again.
        root: the hash so far.
        differs: told the step where a record that comes again is another.

    Attributes:
        at: records by now.
        root: xxh3-128 over the one before and the step, epoch, losses, learning rates and examples
            of each step that was done; so it depends on no clock.

    Raises:
        RunError: for a log that is damaged.
    """

    def __init__(self, directory: Path, at: int, root: bytes, differs: Callable[[int], None]):
        self.directory = directory
        self.at = at
        self.root = root
        self._differs = differs
        if at == 0:  # nothing is gone on with
            for old in directory.glob("steps*.log"):
                old.unlink()
            (directory / ROWS).unlink(missing_ok=True)
        self._rows = os.open(directory / ROWS, os.O_RDWR | os.O_CREAT, 0o666)
        self._rows_end = os.fstat(self._rows).st_size // 8 * 8
        self._parts = parts(directory)
        self._file = -1
        self._part: Part | None = None
        self._layout: Layout | None = None
        self._stand = 0
        for part in self._parts:
            if part.before <= at:
                self._open(part)

    def _open(self, part: Part) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = os.open(part.path, os.O_RDWR)
        self._part, self._stand, self._layout = part, part.before + part.records, None

    def _begin(self, layout: Layout) -> Part:
        """Write with this layout from here on."""
        if self._part is not None and (self._layout is layout or self._part.layout == layout):
            self._layout = layout  # comparing takes longer than the rest
            return self._part
        number = 0 if self._part is None else self._parts.index(self._part) + 1
        following = self._parts[number : number + 1]
        if following and (following[0].before, following[0].layout) == (self.at, layout):
            self._open(following[0])  # this step comes again
            return following[0]
        for part in self._parts[number:]:
            part.path.unlink()
        if self._part is not None:
            kept = (self.at - self._part.before) * self._part.layout.dtype.itemsize
            os.ftruncate(self._file, self._part.start + kept)
        path = self.directory / name_of(number)
        path.write_bytes(header(layout, self.at))
        made = read_header(path)
        self._parts = [*self._parts[:number], made]
        self._open(made)
        return made

    def write(self, layout: Layout, records: np.ndarray, rows: bytes) -> None:
        """Write records: from here on others see them, and a kill cannot take them.

        Args:
            layout: of the records.
            records: of shape (n,); where their rows are, and their hashes, are filled in.
            rows: numbers of their rows, int64, one after another.

        Raises:
            OSError: for a full disk; what stood there before is whole.
        """
        part, size = self._begin(layout), layout.dtype.itemsize
        lengths = records["rows"].astype(np.uint64) * 8
        records["rows_at"] = self._rows_end + np.cumsum(lengths) - lengths
        raw = sealed(records)
        place = part.start + (self.at - part.before) * size
        if self.at < self._stand:
            self._compare(records, os.pread(self._file, len(raw), place))
        write_at(self._rows, rows, self._rows_end)
        write_at(self._file, raw, place)
        self._rows_end += len(rows)
        self.at += len(records)
        self.root = grown(self.root, raw, layout)

    def _compare(self, records: np.ndarray, old: bytes) -> None:
        """Say which records are not what stood in their place."""
        size = records.dtype.itemsize
        for number in range(len(old) // size):
            before = old[number * size : (number + 1) * size]
            if whole(before):
                record = np.frombuffer(before, records.dtype)[0]
                if not alike(record, records[number]):
                    self._differs(int(records[number]["step"]))

    def sync(self) -> None:
        """Make what was written durable."""
        for file in (self._rows, self._file):
            if file >= 0:
                os.fsync(file)

    def close(self) -> None:
        """Let go of the files."""
        for file in (self._rows, self._file):
            if file >= 0:
                os.close(file)


def grown(root: bytes, raw: bytes, layout: Layout) -> bytes:
    """A log's hash with more records, given by their bytes."""
    size, shared, digest = layout.dtype.itemsize, layout.shared, xxhash.xxh3_128_digest
    ends = range(shared.stop, len(raw) + 1, size)
    for flags, at, end in zip(raw[::size], range(shared.start, len(raw), size), ends, strict=False):
        if not flags & Flag.UNCOUNTED:
            root = digest(root + raw[at:end])
    return root


def write_at(file: int, data: bytes, place: int) -> int:
    """Write all of it at a place; gives its length."""
    done = 0
    while done < len(data):
        done += os.pwrite(file, data[done:], place + done)
    return done


def alike(one: Any, other: Any) -> bool:
    """Whether two records may be of equal steps: all that both hold and no clock moves.

    A step that was broken off says nothing of the one that is done in its place.
    """
    return bool((one["flags"] | other["flags"]) & Flag.UNCOUNTED) or not differing(one, other)


def differing(a: Any, b: Any) -> list[str]:
    """In which of the fields that equal steps share, and both records hold, they differ."""
    both = int(a["flags"]) & int(b["flags"])
    names = ["step", "epoch", "examples", "loss", "lr"]
    names += ["batch"] * bool(both & Flag.BATCH)
    names += ["grad_norm", "grad", "nonfinite"] * bool(both & Flag.GRADIENTS)
    names += ["weight", "update"] * bool(both & Flag.WEIGHTS)
    names += ["fingerprint"] * bool(both & Flag.FINGERPRINT)
    return [name for name in names if a[name].tobytes() != b[name].tobytes()]
