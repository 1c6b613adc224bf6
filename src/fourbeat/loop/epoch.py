"""One epoch of `run.epochs`: what it gave so far, and its end."""

from collections.abc import Callable
from typing import Protocol

from fourbeat.errors import BeatError
from fourbeat.loop.means import Report
from fourbeat.types import Direction


class Close(Protocol):
    """What ends an epoch; see `Epoch.close`."""

    def __call__(
        self,
        number: int,
        report: Report | None,
        select: str,
        mode: Direction | None,
        patience: int | None,
        /,
    ) -> bool:
        """Returns whether training should stop."""
        ...


class Epoch:
    """One pass.

    Attributes:
        number: 1 for the first epoch of the run.
        closed: whether `close` was called.
    """

    def __init__(self, number: int, so_far: Callable[[], Report], close: Close):
        self.number = number
        self.closed = False
        self._so_far = so_far
        self._close = close
        self._train: Report | None = None

    @property
    def train(self) -> Report:
        """Training means of this epoch so far, weighted by examples."""
        return self._train or self._so_far()

    def close(
        self,
        report: Report | None = None,
        *,
        select: str = "loss",
        mode: Direction | None = None,
        patience: int | None = None,
    ) -> bool:
        """End the epoch: move the scheduler, select, write a checkpoint.

        Args:
            report: of the validation, as `run.validate` gave it. None selects nothing.
            select: the metric of the report by which the best epoch is chosen.
            mode: `min` or `max`; may be left out for loss, accuracy, auc, f1, rmse, r2 and
                a few more.
            patience: stop after so many epochs without improvement. Default: never.

        Returns:
            True when training should stop.

        Raises:
            BeatError: when called twice.
            RunError: if the report has no such metric.
            CheckpointError: if the disk is full; the last checkpoint stays.
        """
        if self.closed:
            raise BeatError(f"epoch {self.number} is closed already")
        self._train = self._so_far()
        stop = self._close(self.number, report, select, mode, patience)
        self.closed = True
        return stop
