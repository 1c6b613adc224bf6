"""The step log's file: fixed-size records, appended.

A file begins with a line, the length of a header, the header in JSON and its hash; then come the
records, each ending in the xxh3-64 of its other bytes (faster than CRC32C in Python, and more
bits). Records are written together twenty times a second, each on its own where steps take longer:
a write of its own for every step was measured to cost 30 to 60 us on a busy disk. Where what is trained changes on the way (a layer is unfrozen), the log goes on in a next
file with a layout of its own.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import xxhash

from fourbeat.errors import RunError
from fourbeat.record.layout import Flag, Layout

MAGIC = b"fourbeat steps 1\n"
ROWS = "rows.log"
CHECK = 8
"""Bytes of a hash."""


FLUSH_SECONDS = 0.05
"""Time between two writes."""


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
    def records(self) -> int:
        """Whole records in it by now."""
        return (self.path.stat().st_size - self.start) // self.layout.dtype.itemsize


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
    damaged = RunError("the step log is damaged: its header is not whole", str(path))
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


def sealed(record: np.ndarray) -> bytes:
    """A record's bytes with their hash."""
    body = record.tobytes()[:-CHECK]
    return body + xxhash.xxh3_64_intdigest(body).to_bytes(CHECK, "little")


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
        for start in range(part.start, len(raw), size):
            root = grown(root, raw[start : start + size], part.layout)
    if (directory / ROWS).exists():
        shutil.copyfile(directory / ROWS, target / ROWS)
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
        root: xxh3-128 over the one before and the step, epoch, batch hash, losses and learning
            rates of each step that was done; so it depends on no clock.

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
        self._kept_rows: list[bytes] = []
        self._kept: list[bytes] = []
        self._due = 0.0
        self._parts = parts(directory)
        self._file = -1
        self._part: Part | None = None
        self._stand = 0
        for part in self._parts:
            if part.before <= at:
                self._open(part)

    def _open(self, part: Part) -> None:
        if self._file >= 0:
            self.flush()
            os.close(self._file)
        self._file = os.open(part.path, os.O_RDWR)
        self._part, self._stand = part, part.before + part.records

    def begin(self, layout: Layout) -> None:
        """Write with this layout from here on."""
        if self._part is not None and self._part.layout == layout:
            return
        number = 0 if self._part is None else self._parts.index(self._part) + 1
        following = self._parts[number : number + 1]
        if following and (following[0].before, following[0].layout) == (self.at, layout):
            self._open(following[0])  # this step comes again
            return
        for part in self._parts[number:]:
            part.path.unlink()
        self.flush()
        if self._part is not None:
            kept = (self.at - self._part.before) * self._part.layout.dtype.itemsize
            os.ftruncate(self._file, self._part.start + kept)
        path = self.directory / name_of(number)
        path.write_bytes(header(layout, self.at))
        self._parts = [*self._parts[:number], read_header(path)]
        self._open(self._parts[-1])

    def rows(self, numbers: np.ndarray) -> int:
        """Keep row numbers, int64 of shape (n,); gives the place for the record, in bytes."""
        place, raw = self._rows_end, numbers.astype("<i8", copy=False).tobytes()
        self._kept_rows.append(raw)
        self._rows_end += len(raw)
        return place

    def write(self, raw: bytes) -> None:
        """Write a sealed record, with others soon.

        Raises:
            OSError: for a full disk; what stood there before is whole.
        """
        assert self._part is not None
        if self.at < self._stand:
            place = self._part.start + (self.at - self._part.before) * len(raw)
            old = os.pread(self._file, len(raw), place)
            if len(old) == len(raw) and whole(old) and not alike(old, raw, self._part.layout):
                self._differs(int.from_bytes(raw[8:16], "little"))
        self._kept.append(raw)
        self.at += 1
        self.root = grown(self.root, raw, self._part.layout)
        now = perf_counter()
        if now >= self._due:
            self.flush()
            self._due = now + FLUSH_SECONDS

    def flush(self) -> None:
        """Write what is kept: from here on others see it, and a kill cannot take it.

        Raises:
            OSError: for a full disk.
        """
        if self._kept_rows:
            raw = b"".join(self._kept_rows)
            write_at(self._rows, raw, self._rows_end - len(raw))
            self._kept_rows.clear()
        if self._kept and self._part is not None:
            raw = b"".join(self._kept)
            first = self.at - len(self._kept) - self._part.before
            write_at(self._file, raw, self._part.start + first * len(self._kept[0]))
            self._kept.clear()

    def sync(self) -> None:
        """Make what was written durable."""
        self.flush()
        for file in (self._rows, self._file):
            if file >= 0:
                os.fsync(file)

    def close(self) -> None:
        """Write what is kept, and let go of the files."""
        try:
            self.flush()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        for file in (self._rows, self._file):
            if file >= 0:
                os.close(file)


def grown(root: bytes, raw: bytes, layout: Layout) -> bytes:
    """A log's hash with one record more."""
    if raw[0] & Flag.UNCOUNTED:
        return root
    return xxhash.xxh3_128_digest(root + raw[layout.shared])


def write_at(file: int, data: bytes, place: int) -> int:
    """Write all of it at a place; gives its length."""
    done = 0
    while done < len(data):
        done += os.pwrite(file, data[done:], place + done)
    return done


def alike(one: bytes, other: bytes, layout: Layout) -> bool:
    """Whether two records may be of equal steps: all that both hold and no clock moves.

    A step that was broken off says nothing of the one that is done in its place.
    """
    if (one[0] | other[0]) & Flag.UNCOUNTED:
        return True
    a, b = (np.frombuffer(raw, layout.dtype)[0] for raw in (one, other))
    return not differing(a, b)


def differing(a: Any, b: Any) -> list[str]:
    """In which of the fields that equal steps share, and both records hold, they differ."""
    both = int(a["flags"]) & int(b["flags"])
    names = ["step", "epoch", "examples", "loss", "lr"]
    names += ["batch"] * bool(both & Flag.BATCH)
    names += ["grad_norm", "grad", "nonfinite"] * bool(both & Flag.GRADIENTS)
    names += ["weight", "update"] * bool(both & Flag.WEIGHTS)
    names += ["fingerprint"] * bool(both & Flag.FINGERPRINT)
    return [name for name in names if a[name].tobytes() != b[name].tobytes()]
