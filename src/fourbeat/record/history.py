"""What a run recorded, as arrays; also while it trains."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from fourbeat.errors import RunError
from fourbeat.record.layout import SECONDS, Flag, Layout
from fourbeat.record.log import CHECK, ROWS, parts


@dataclass(frozen=True, slots=True)
class Layer:
    """One parameter through the steps: float32 of shape (n,), NaN where nothing was taken.

    Attributes:
        grad: 2-norm of its gradient, before clipping.
        weight: 2-norm of its values before the update.
        update: 2-norm of what the update changed.
        nonfinite: values of its gradient that were not finite, uint32.
    """

    grad: np.ndarray
    weight: np.ndarray
    update: np.ndarray
    nonfinite: np.ndarray

    @property
    def ratio(self) -> np.ndarray:
        """Norm of the update over norm of the weights."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.update / self.weight


class History:
    """The step log of a run.

    Attributes:
        directory: of the run.
        layouts: of the log's files.
        damaged: records that are not as they were written, and are left out.
        step: int64 of shape (n,): steps done before it. A step that was broken off, or whose update
            was skipped, is followed by one of the same number.
        epoch: from 1, int32.
        flags: see `Flag`, uint32.
        examples: rows in the step's batches, int32.
        batch: hash of the step's batches, uint64; 0 where there is none.
    """

    def __init__(self, directory: Path):
        self.directory = directory
        self._files = [
            (part.layout, np.fromfile(part.path, part.layout.dtype, offset=part.start))
            for part in parts(directory)
        ]
        if not self._files:
            raise RunError(
                "the run has no step log",
                str(directory),
                "It is written while a run trains, unless record=0 (record.budget=0) says not to",
            )
        self.layouts: list[Layout] = [layout for layout, _ in self._files]
        self.damaged = 0
        for number, (layout, records) in enumerate(self._files):
            sound = whole(records)
            if not sound.all():
                self.damaged += int((~sound).sum())
                self._files[number] = layout, records[sound]
        self.step = self._column("step")
        self.epoch = self._column("epoch")
        self.flags = self._column("flags")
        self.examples = self._column("examples")
        self.batch = self._column("batch")

    def __len__(self) -> int:
        return len(self.step)

    def _column(self, name: str) -> np.ndarray:
        return np.concatenate([records[name] for _, records in self._files])

    @property
    def counted(self) -> np.ndarray:
        """Whether the step was done, bool of shape (n,)."""
        return (self.flags & Flag.UNCOUNTED) == 0

    @property
    def optimizers(self) -> list[str]:
        """Their names, in order."""
        return list(dict.fromkeys(name for layout in self.layouts for name in layout.optimizers))

    @property
    def layers(self) -> list[str]:
        """The names of the parameters, in order."""
        return list(dict.fromkeys(name for layout in self.layouts for name in layout.parameters))

    def _of(self, field: str, optimizer: str | None) -> np.ndarray:
        name = self.optimizers[0] if optimizer is None else optimizer
        self._known(name, self.optimizers, "optimizer")
        found = [
            records[field][:, list(layout.optimizers).index(name)]
            if name in layout.optimizers
            else np.full(len(records), np.nan)
            for layout, records in self._files
        ]
        return np.concatenate(found)

    def loss(self, optimizer: str | None = None) -> np.ndarray:
        """The loss whose gradients an optimizer (default: the first) took, float64."""
        return self._of("loss", optimizer)

    def grad_norm(self, optimizer: str | None = None) -> np.ndarray:
        """The 2-norm of all its gradients before clipping, float64; NaN where it was not taken."""
        return self._of("grad_norm", optimizer)

    def lr(self, optimizer: str | None = None) -> np.ndarray:
        """The learning rates of its groups, float64 of shape (n, groups)."""
        name = self.optimizers[0] if optimizer is None else optimizer
        self._known(name, self.optimizers, "optimizer")
        most = max(len(layout.optimizers.get(name, ())) for layout in self.layouts)
        made = np.full((len(self), most), np.nan)
        at = 0
        for layout, records in self._files:
            first = 0
            for other, groups in layout.optimizers.items():
                if other == name:
                    rates = records["lr"][:, first : first + len(groups)]
                    made[at : at + len(records), : len(groups)] = rates
                first += len(groups)
            at += len(records)
        return made

    def seconds(self, part: str) -> np.ndarray:
        """Time of a part of the step: data, forward, loss, backward, update or recorder.

        float32 of shape (n,), NaN where it was not taken (see `Flag.TIMES`); the recorder's own is
        always there, and partly estimated (see `Recorder`).
        """
        self._known(part, SECONDS, "part of a step")
        return self._column("seconds")[:, SECONDS.index(part)]

    def layer(self, name: str) -> Layer:
        """One parameter through the steps, by its name."""
        self._known(name, self.layers, "parameter")
        found: dict[str, np.ndarray] = {}
        for field, absent in (
            ("grad", np.nan),
            ("weight", np.nan),
            ("update", np.nan),
            ("nonfinite", 0),
        ):
            found[field] = np.concatenate(
                [
                    records[field][:, list(layout.parameters).index(name)]
                    if name in layout.parameters
                    else np.full(len(records), absent, records[field].dtype)
                    for layout, records in self._files
                ]
            )
        return Layer(**found)

    def rows(self, index: int) -> np.ndarray:
        """The numbers of the rows in the batches of record `index`, int64; empty where unknown."""
        for _, records in self._files:
            if index < len(records):
                count, place = int(records["rows"][index]), int(records["rows_at"][index])
                if not count:
                    return np.empty(0, np.int64)
                return self._read_rows(count, place)
            index -= len(records)
        raise IndexError(index)

    def _read_rows(self, count: int, place: int) -> np.ndarray:
        """Row numbers from their file.

        Raises:
            RunError: if it is gone, or cut short.
        """
        file = self.directory / ROWS
        found = np.fromfile(file, "<i8", count, offset=place) if file.exists() else []
        if len(found) < count:
            raise RunError(
                "the row numbers of a step are lost: the file is missing or cut short",
                str(file),
                "`fourbeat replay` finds them again",
            )
        return np.asarray(found)

    def rows_end(self) -> int:
        """Bytes of row numbers that the records speak of."""
        ends = [
            int((r["rows_at"] + 8 * r["rows"].astype(np.uint64)).max(initial=0))
            for _, r in self._files
        ]
        return max(ends, default=0)

    def record(self, index: int) -> tuple[Layout, Any]:
        """One record as it stands in the log, with its layout."""
        for layout, records in self._files:
            if index < len(records):
                return layout, records[index]
            index -= len(records)
        raise IndexError(index)

    def index(self) -> dict[int, int]:
        """The record of each step that was done, by its number."""
        done = np.flatnonzero(self.counted)
        return dict(zip(self.step[done].tolist(), done.tolist(), strict=True))

    def find(self, step: int) -> int:
        """The index of a step that was done, or of the last attempt at it.

        Raises:
            RunError: if the log does not hold it.
        """
        found = np.flatnonzero(self.step == step)
        if not len(found):
            held = f"steps 0 to {self.step.max()}" if len(self) else "no step"
            raise RunError(f"the log holds no step {step}", str(self.directory), f"It holds {held}")
        done = found[self.counted[found]]
        return int(done[-1] if len(done) else found[-1])

    def _known(self, name: str, known: Sequence[str], what: str) -> None:
        if name not in known:
            raise RunError(
                f"no {what} {name!r}", str(self.directory), f"Known: {', '.join(known[:20])}"
            )


def whole(records: np.ndarray) -> np.ndarray:
    """Which records are as they were written, bool of shape (n,)."""
    size = records.dtype.itemsize
    raw = memoryview(records.tobytes())
    digest = xxhash.xxh3_64_intdigest
    found = [digest(raw[at : at + size - CHECK]) for at in range(0, len(raw), size)]
    return np.array(found, np.uint64) == records["check"]


def history(run: str | Path) -> History:
    """What a run recorded of each step, as arrays; also while it trains.

    Raises:
        RunError: if it recorded nothing, or the log is damaged from its start.
    """
    return History(Path(run))
