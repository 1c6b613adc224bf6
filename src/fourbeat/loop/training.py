"""A pass of training over a loader: from where the last process died, step by step."""

import logging
import math
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any, NoReturn

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fourbeat.data.batch import describe, device_of, examples, to_device
from fourbeat.errors import BeatError
from fourbeat.loop import position, precision
from fourbeat.loop.average import WeightAverage
from fourbeat.loop.determinism import operators_seen, workers_of
from fourbeat.loop.graph.passes import Whole
from fourbeat.loop.graph.program import Forward
from fourbeat.loop.hint import hint
from fourbeat.loop.horizon import horizon
from fourbeat.loop.lane import Lane, Update
from fourbeat.loop.localise import Late, Localiser
from fourbeat.loop.means import Entry
from fourbeat.loop.modes import mode
from fourbeat.loop.norm import LateNorm
from fourbeat.loop.profiler import StepProfiler
from fourbeat.loop.progress import Progress
from fourbeat.loop.session import Session
from fourbeat.loop.step import END, Step
from fourbeat.observe.events import Batch, Gradients, Mode, Stepped, Updating
from fourbeat.observe.stream import Stream
from fourbeat.record.block import NO_ROWS
from fourbeat.record.layout import Flag

log = logging.getLogger("fourbeat")


class Training:
    """What a run trains with.

    Attributes:
        lanes: the optimizers with what belongs to them, by name.
        accumulate: batches in a step.
        epochs: that the run goes through in all.
    """

    def __init__(
        self,
        model: nn.Module,
        lanes: Mapping[str, Lane],
        word: precision.Word,
        accumulate: int,
        average: WeightAverage | None,
        profiler: StepProfiler | None,
        session: Session,
        progress: Progress,
        stream: Stream,
        compiled: bool,
        say: Callable[[str], None],
    ):
        self.model = model
        self.stream = stream
        self.lanes = lanes
        rules = [lane.rules for lane in lanes.values()]
        self._clips = any(r.clip_norm is not None or r.clip_value is not None for r in rules)
        self._flags = Flag.CLIPPED if self._clips else 0
        self._plain = len(lanes) == 1 and all(lane.gate is None for lane in lanes.values())
        self.word: precision.Word = word
        self.accumulate = accumulate
        self.average = average
        self.profiler = profiler
        self.session = session
        self.progress = progress
        self.localiser = Localiser(model, stream)
        self.whole = Whole(self, compiled, say)
        self._late: dict[str, Late] = {}
        self._open: Step | None = None
        self.epochs = 0

    def autocast(self) -> AbstractContextManager[object]:
        """For forward and loss."""
        return precision.autocast(self.word, self.model)

    def outside_autocast(self) -> AbstractContextManager[object]:
        """For backward and update."""
        return precision.no_autocast(self.word, self.model)

    def steps(self, loader: Any, call: int, forward: Forward | None = None) -> Generator[Step]:
        """Steps over a loader's batches, in train mode.

        Args:
            loader, forward: see `Run.train`.
            call: which pass of the epoch this is, from 0.
        """
        placed = self._placed(loader, call)
        if placed is None:
            return
        batches, unexpected = placed
        state, session, generators = self.session.state, self.session, self.session.generators
        device = device_of(self.model)
        state.workers = max(state.workers, workers_of(loader))
        if state.step == 0 and call == 0:
            self._check_horizon(loader)
        for lane in self.lanes.values():
            lane.clear()
        self.localiser.begin()
        if self.profiler is not None:
            self.profiler.start()

        taken: list[np.ndarray] = []
        last: Step | None = None

        def fetch(stop: Callable[[], None] = lambda: None) -> Any:
            start = perf_counter()
            found = session.next_batch(batches, loader, stop)
            if found is END:
                return END
            rows, batch = found
            if rows is not None:
                taken.append(rows)
            if self.stream.heard[Batch]:
                seconds = perf_counter() - start
                self.stream.emit(Batch(batch, rows, seconds, session.state.epoch + 1))
            return to_device(batch, device)

        try:
            self.stream.emit(Mode(self.model, True))
            with (
                mode(self.model, training=True),
                self.localiser.calls.watched(),
                operators_seen(state.operator),
            ):
                while True:
                    due, snapshot = session.due() or unexpected, session.snapshot_due()
                    now = generators.capture() if due or snapshot else None
                    batch = fetch(self._stop)
                    if last is not None:
                        last.forget(keep=batch is END)
                    if batch is END:
                        if self.average is not None:
                            self.average.after_pass(state.epoch + 1)
                        break
                    if now is not None:
                        self.settle()
                        now = now if state.position else state.call_rng or now
                        if due:
                            session.save(now)
                            unexpected = False
                        else:
                            session.snapshot(now)
                    if state.batch is None:
                        state.batch = describe(batch)
                    if forward is not None:
                        yield from self._whole_steps(batch, fetch, taken, forward)
                        taken = []
                        continue
                    last = step = Step(state.step, batch, fetch, self)
                    self.localiser.calls.last.clear()
                    self._open = step
                    try:
                        with self.autocast():
                            yield step
                    finally:
                        if self.average is not None and step.counted:
                            self.average.after_update()
                        if self.stream.heard[Stepped]:
                            self._ended(step, taken)
                        taken = []
                    if step.expected != "next batch":
                        raise BeatError(
                            f"step {step.number}: the next batch came where {step.expected!r} "
                            "was expected",
                            "",
                            "Call step.update() in the loop's body, or step.skip() to leave a "
                            "batch out",
                        )
                    step.end()
                    self._open = None
                    if self.profiler is not None:
                        self.profiler.step()
        finally:
            if self.profiler is not None:
                self.profiler.stop()
            self.stream.emit(Mode(self.model, self.model.training))
            state.call, state.position = call + 1, 0
            state.call_rng = state.kept_workers = None
            state.call_rngs.append(generators.capture())
            generators.leave()

    def _whole_steps(
        self, batch: Any, fetch: Callable[[], Any], rows: list[np.ndarray], forward: Forward
    ) -> Generator[Step]:
        """The steps that begin with a batch, each taken before the loop's body sees it."""
        state = self.session.state

        def make(first: Any) -> Step:
            self.localiser.calls.last.clear()
            self._open = Step(state.step, first, fetch, self)
            return self._open

        for taken in self.whole.steps(batch, fetch, rows, forward, state.position, make):
            for step, own, gradients in taken:
                if self.average is not None and step.counted:
                    self.average.after_update()
                if self.stream.heard[Stepped]:
                    self._ended(step, own, gradients)
            for step, *_ in taken:
                yield step
                step.end()
                step.forget(keep=True)  # it is not known which one is the last
        self._open = None
        if self.profiler is not None:
            self.profiler.step()

    def watch(self, on: bool) -> None:
        """See `Calls.watch`."""
        self.localiser.calls.watch(on)

    def hold(self) -> None:
        """See `Control.before`."""
        if self.session.control is not None:
            self.session.control.before(Updating(next(iter(self.lanes.values())).optimizer))

    def _ended(
        self, step: Step, rows: list[np.ndarray], gradients: Gradients | None = None
    ) -> None:
        """Tell that a step is over: in numbers alone, where that is all of it."""
        brief = None if gradients is not None else self.stream.brief
        if brief is None or not self._plain or not step.counted or len(step.losses) != 1:
            self.stream.emit(self._stepped(step, rows, gradients))
            return
        ((_, loss, _),), (update,) = step.losses, step.updates.values()
        drawn = rows[0] if rows else NO_ROWS
        epoch = self.session.state.epoch + 1
        brief((self._flags, epoch, step.number, loss, *update.rates, step.examples, drawn))

    def _stepped(self, step: Step, rows: list[np.ndarray], gradients: Gradients | None) -> Stepped:
        """What a step has come to."""
        rates: list[tuple[Optimizer, list[float]]] = []
        skipped = False
        for name, update in step.updates.items():
            rates.append((self.lanes[name].optimizer, update.rates))
            skipped = skipped or not update.done
        counted, clipped = step.counted, self._clips and step.counted
        epoch, examples, losses = self.session.state.epoch + 1, step.examples, step.losses
        return Stepped(
            step.number,
            epoch,
            counted,
            examples,
            rows,
            losses,
            rates,
            skipped,
            clipped,
            gradients,
        )

    def _placed(self, loader: Any, call: int) -> tuple[Iterator[Any], bool] | None:
        """Bring loader and generators to where the pass goes on.

        Returns:
            The batches that are left, and whether what was found must be written down before the
            first of them; None for a pass that was completed before the checkpoint.
        """
        state, generators = self.session.state, self.session.generators
        done = call < state.call
        resumed = generators.resumed
        within = resumed is not None and not done and bool(resumed["generators"])
        unexpected, limits = generators.adopt(loader, within=within, done=done)
        if done:
            generators.restore(state.call_rngs[call])
            generators.leave()
            return None
        generators.resumed = None
        # What a resume from the end of the last epoch would not expect is best written down now.
        unexpected |= self._start_workers(loader)
        if resumed is not None and state.position and state.call_rng is not None:
            generators.restore(state.call_rng)
            batches = position.batches(loader, state.epoch, state.position)
            generators.restore(resumed)
        else:
            if resumed is not None:
                generators.place(resumed)
            state.position, state.call_rng = 0, generators.capture()
            batches = position.batches(loader, state.epoch, 0)
        for text in limits + position.limits_of(loader):
            if text not in state.limits:
                log.warning("%s", text)
            state.limit(text)
        return batches, unexpected

    def _check_horizon(self, loader: Any) -> None:
        """Before the first step, for a loader that says its length."""
        try:
            steps = math.ceil(len(loader) / self.accumulate) * self.epochs
        except TypeError:
            return
        for lane in self.lanes.values():
            text = horizon(lane, self.epochs, steps)
            if text is not None:
                log.warning("%s", text)
                self.session.state.event("schedule", text)

    def _start_workers(self, loader: Any) -> bool:
        """See `position.start_workers`; whether to do so is a fact of the run, not of the process.

        At the end of an epoch it is not known which loader comes next. It is taken for the same
        one again, or for a new one where the last was new.

        Returns:
            Whether it is not what was expected.
        """
        state, kept = self.session.state, position.keeps_workers(loader)
        expected = state.epoch > 0 and state.kept_last is not False
        if not kept and position.persists(loader):
            if state.kept_workers is not None:  # resumed within this very pass
                kept = state.kept_workers
            elif self.session.passed:
                kept = expected
            if kept:
                position.start_workers(loader)
        state.kept_workers = kept
        if state.epoch > 0:
            state.kept_last = kept
        return position.persists(loader) and kept != expected

    def _stop(self) -> None:
        """Obey a signal between two steps."""
        now, state = self.session.generators.capture(), self.session.state
        # Before the first batch a resume begins the pass anew.
        self.session.stop(now if state.position else state.call_rng or now)

    def check_loss(self, step: Step, lane: Lane, loss: Tensor, value: Any, logits: Any) -> bool:
        """Whether the loss is finite; with `nonfinite="raise"` it must be.

        Args:
            step, lane: of the loss.
            loss: with its graph.
            value: the same without it: a float, or a tensor where the lane is gated.
            logits: that it was computed from, if they are known.
        """
        if lane.gate is not None:
            lane.gate.losses.append(value)
            lane.gate.watch(loss)
            return True
        finite = math.isfinite(value)
        if not finite and lane.rules.nonfinite == "raise":
            self.localiser.refuse(step, lane, self.autocast(), loss, logits)
        return finite

    def blame(self, step: Step, lane: Lane) -> NoReturn:
        """Name what is not finite, once the gradients are there."""
        self.localiser.refuse(step, lane, self.autocast(), None, None)

    def hint(self, error: BaseException) -> str | None:
        """Why an error came out of the body of the open step, if it shows; see `hint`."""
        if self._open is None:
            return None
        return hint(error, list(self.localiser.calls.last), self._open.read[-1])

    def end(self) -> None:
        """Let go of the last batch."""
        self._open = None
        self.localiser.calls.last.clear()

    def settle(self) -> None:
        """Read the gates of earlier updates, and name what closed one."""
        late, self._late = self._late, {}
        for seen in late.values():
            if seen.closed():
                self.localiser.refuse_late(seen, self.autocast())

    def updated(self, step: Step, lane: Lane, update: Update, entries: list[Entry]) -> None:
        """Count what an update gave."""
        state = self.session.state
        if self.word != "fp32":
            torch.clear_autocast_cache()  # it holds casts of the weights before the update
        state.rates[lane.name] = update.rates
        if lane.gate is not None:
            calls = tuple(self.localiser.calls.last)
            gate = lane.gate
            self._late[lane.name] = Late(step, calls, gate.losses, gate.norms, gate.look())
            gate.clear()
        if len(step.updates) == 1:
            state.position += len(step.read)
        if not update.done:
            state.skipped += 1
            return
        if lane.rules.clip_norm is not None and not isinstance(update.norm, LateNorm):
            name = "grad_norm" if len(self.lanes) == 1 else f"{lane.name}_grad_norm"
            entries = [*entries, (name, update.norm, 1)]
        state.means.add(entries)
        if not step.counted:
            step.counted = True
            count = sum(map(examples, step.read))
            step.examples = count
            state.step += 1
            state.means.examples += count
            self.progress.step(count)

    def left_out(self, step: Step) -> None:
        """Pass the step's batches over."""
        self.session.state.position += len(step.read)
