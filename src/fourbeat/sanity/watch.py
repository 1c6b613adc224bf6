"""Looks at the first steps of a run."""

import logging
from collections.abc import Callable
from contextlib import ExitStack

import torch
from torch import Tensor, nn

from fourbeat.data.batch import tensors
from fourbeat.finding import Finding, Place, Severity
from fourbeat.observe.events import Batch, Gradients, Stepped
from fourbeat.observe.place import here
from fourbeat.observe.stream import Stream
from fourbeat.sanity.inputs import unnormalised
from fourbeat.sanity.order import by_class, labels
from fourbeat.sanity.parameters import idle, in_no_optimizer, missing
from fourbeat.sanity.told import Told

log = logging.getLogger("fourbeat")

STEPS = 200
"""Steps that are looked at; the rest of a run pays nothing."""

INPUTS = 3
"""Batches whose inputs are."""

GRADIENTS = 3
"""Steps after which gradients that nobody takes are looked for."""

TIMES = 8
"""Steps in which a gradient must have been 0."""


class Sanity:
    """Checks of a run's first steps.

    It draws no random number, changes nothing, and waits for no device but in three of the steps. If it
    fails itself, it rests, and the training goes on.

    Args:
        model: that is trained.
        stream: of the run.
        report: told each finding, each kind once.
    """

    def __init__(self, model: nn.Module, stream: Stream, report: Callable[[Finding], None]):
        self._model = model
        self._stream = stream
        self._report = report
        self._steps = self._batches = self._epoch = self._last = 0
        self._labels: list[float] | None = []
        self._largest: dict[int, tuple[list[Tensor], Tensor, int]] = {}
        self._orphans: dict[str, int] = {}
        self._loop: Place | None = None
        self._update: Place | None = None
        self._reading = ExitStack()
        kinds = {Batch: self._batch, Gradients: self._gradients, Stepped: self._stepped}
        readers = {kind: self._safely(read) for kind, read in kinds.items()}
        self._reading.enter_context(stream.read_by(readers))

    def _safely(self, read: Callable[..., None]) -> Callable[..., None]:
        def reads(event: object) -> None:
            try:
                read(event)
            except Exception:
                log.debug("a check of the run failed", exc_info=True)
                self._reading.close()

        return reads

    def close(self) -> None:
        """Judge what was seen, and rest."""
        self._safely(self._judge)(None)
        self._reading.close()
        self._largest.clear()

    def _batch(self, event: Batch) -> None:
        self._loop = self._loop or here()
        self._batches += 1
        given = next(tensors(event.batch), None)
        if self._batches <= INPUTS and given is not None:
            self._tell(
                "inputs-unnormalised", "warning", self._loop, unnormalised(self._model, given)
            )
        self._epoch = self._epoch or event.epoch
        if self._labels is not None:
            if event.epoch != self._epoch:
                self._judge_order()
            else:
                self._labels = self._more(self._labels, event)

    def _more(self, known: list[float], event: Batch) -> list[float] | None:
        """The labels with a batch's; None where rows are drawn in another order than theirs."""
        rows, given = event.rows, next(tensors(event.batch), None)
        if rows is None or not len(rows) or given is None or given.is_cuda:
            return None
        rising = int(rows[0]) >= self._last and bool((rows[1:] >= rows[:-1]).all())
        self._last, found = int(rows[-1]), labels(event.batch) if rising else None
        return None if found is None else known + found

    def _gradients(self, event: Gradients) -> None:
        self._update = self._update or here()
        key, norms = id(event.optimizer), event.norms.detach()
        held = list(event.parameters)
        before, largest, count = self._largest.get(key, (held, norms, 0))
        if len(before) != len(held) or any(a is not b for a, b in zip(before, held, strict=True)):
            largest, count = norms, 0
        self._largest[key] = held, torch.maximum(largest, norms), count + 1

    def _stepped(self, event: Stepped) -> None:
        self._steps += event.counted
        if self._steps == GRADIENTS and not self._orphans:
            subjects = self._stream.subjects()
            found = in_no_optimizer(subjects.parameters, subjects.optimizers)
            self._orphans = {name: version(p) for name, p in found.items()}
        if self._steps >= STEPS:
            self.close()

    def _judge(self, _: None) -> None:
        self._judge_order()
        subjects = self._stream.subjects()
        if self._orphans:
            now = in_no_optimizer(subjects.parameters, subjects.optimizers)
            left = [name for name, p in now.items() if self._orphans.get(name) == version(p)]
            if left:
                self._tell(
                    "parameters-missing-from-optimizer", "warning", self._update, missing(left)
                )
        seen = [
            (p, norm)
            for held, most, count in self._largest.values()
            if count >= TIMES
            for p, norm in zip(held, most.tolist(), strict=True)
            if p.dim() > 1
        ]
        zeros = sum(norm == 0 for _, norm in seen)
        if zeros:
            severity = "warning" if zeros < len(seen) else "error"
            told = idle(zeros, len(seen) - zeros)
            self._tell("gradients-are-zero", severity, self._update, told)

    def _judge_order(self) -> None:
        found, self._labels = self._labels, None
        if found and self._batches > 2:
            self._tell("training-data-not-shuffled", "error", self._loop, by_class(found))

    def _tell(self, rule: str, severity: Severity, place: Place | None, told: Told | None) -> None:
        if told is not None:
            self._report(Finding(rule, severity, place, told.message, told.fix, told.evidence))


def version(tensor: Tensor) -> int:
    """A number that grows as a tensor is changed."""
    return tensor._version
