"""A pass of training over a loader: from where the last process died, step by step."""

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from fourbeat.errors import BeatError
from fourbeat.loop import position, precision
from fourbeat.loop.batch import describe, device_of, examples, to_device
from fourbeat.loop.lane import Lane, Update
from fourbeat.loop.localise import Localiser
from fourbeat.loop.means import Entry
from fourbeat.loop.modes import mode
from fourbeat.loop.progress import Progress
from fourbeat.loop.session import Session
from fourbeat.loop.step import END, Step

log = logging.getLogger("fourbeat")


class Training:
    """What a run trains with.

    Attributes:
        lanes: the optimizers with what belongs to them, by name.
        accumulate: batches in a step.
    """

    def __init__(
        self,
        model: nn.Module,
        lanes: Mapping[str, Lane],
        word: precision.Word,
        accumulate: int,
        session: Session,
        progress: Progress,
    ):
        self.model = model
        self.lanes = lanes
        self.word: precision.Word = word
        self.accumulate = accumulate
        self.session = session
        self.progress = progress
        self.localiser = Localiser(model)

    def autocast(self) -> AbstractContextManager[object]:
        """For forward and loss."""
        return precision.autocast(self.word, device_of(self.model))

    def outside_autocast(self) -> AbstractContextManager[object]:
        """For backward and update."""
        return precision.no_autocast(self.word, device_of(self.model))

    def steps(self, loader: Any, call: int) -> Generator[Step]:
        """Steps over a loader's batches, in train mode.

        Args:
            loader: see `Run.train`.
            call: which pass of the epoch this is, from 0.
        """
        state, session, generators = self.session.state, self.session, self.session.generators
        generators.adopt(loader)
        if call < state.call:
            generators.restore(state.call_rngs[call])
            return  # this pass was completed before the checkpoint
        device = device_of(self.model)
        resumed, generators.resumed = generators.resumed, None
        self._start_workers(loader)
        if resumed is not None and state.position and state.call_rng is not None:
            generators.restore(state.call_rng)
            batches = position.batches(loader, state.epoch, state.position)
            generators.restore(resumed)
        else:
            state.position, state.call_rng = 0, generators.capture()
            batches = position.batches(loader, state.epoch, 0)
        for text in position.limits_of(loader):
            if text not in state.limits:
                log.warning("%s", text)
            state.limit(text)
        for lane in self.lanes.values():
            lane.clear()
        self.localiser.begin()

        def fetch(stop: Callable[[], None] = lambda: None) -> Any:
            batch = session.next_batch(batches, loader, stop)
            return END if batch is END else to_device(batch, device)

        try:
            with mode(self.model, training=True), self.localiser.calls.watched():
                while True:
                    now = generators.capture() if session.due() else None
                    batch = fetch(self._stop)
                    if batch is END:
                        break
                    if now is not None:
                        session.save(now)
                    if state.batch is None:
                        state.batch = describe(batch)
                    step = Step(state.step, batch, fetch, self)
                    self.localiser.calls.last.clear()
                    with self.autocast():
                        yield step
                    if step.expected != "next batch":
                        raise BeatError(
                            f"step {step.number}: the next batch came where {step.expected!r} "
                            "was expected",
                            "",
                            "Call step.update() in the loop's body, or step.skip() to leave a "
                            "batch out",
                        )
        finally:
            state.call, state.position = call + 1, 0
            state.call_rng = state.kept_workers = None
            state.call_rngs.append(generators.capture())

    def _start_workers(self, loader: Any) -> None:
        """See `position.start_workers`; whether to do so is a fact of the run, not of the process."""
        state, kept = self.session.state, position.keeps_workers(loader)
        if self.session.resumed and not kept:
            # At the end of an epoch it is not known yet which loader comes next: the same, likely.
            kept = state.epoch > 0 if state.kept_workers is None else state.kept_workers
            if kept:
                position.start_workers(loader)
        state.kept_workers = kept

    def _stop(self) -> None:
        """Obey a signal between two steps."""
        now, state = self.session.generators.capture(), self.session.state
        # Before the first batch a resume begins the pass anew.
        self.session.stop(now if state.position else state.call_rng or now)

    def check_loss(self, step: Step, lane: Lane, loss: Tensor, logits: Any) -> None:
        """Refuse a loss that is not finite; with `nonfinite="skip"` the update is skipped."""
        if lane.rules.nonfinite == "raise" and not loss.detach().isfinite():
            self.localiser.refuse(step, lane, self.autocast(), loss, logits)

    def blame(self, step: Step, lane: Lane) -> NoReturn:
        """Name what is not finite, once the gradients are there."""
        self.localiser.refuse(step, lane, self.autocast(), None, None)

    def updated(self, step: Step, lane: Lane, update: Update, entries: list[Entry]) -> None:
        """Count what an update gave."""
        state = self.session.state
        if self.word != "fp32":
            torch.clear_autocast_cache()  # it holds casts of the weights before the update
        if len(step.updates) == 1:
            state.position += len(step.read)
        if not update.done:
            state.skipped += 1
            return
        if lane.rules.clip_norm is not None:
            name = "grad_norm" if len(self.lanes) == 1 else f"{lane.name}_grad_norm"
            entries = [*entries, (name, update.norm, 1)]
        state.means.add(entries)
        if not step.counted:
            step.counted = True
            count = sum(examples(batch) for batch in step.read)
            state.step += 1
            state.means.examples += count
            self.progress.step(count)

    def left_out(self, step: Step) -> None:
        """Pass the step's batches over."""
        self.session.state.position += len(step.read)
