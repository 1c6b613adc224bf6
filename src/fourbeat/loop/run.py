"""Run: a training in one directory that resumes where the last process died.

The loop stays the caller's. The run keeps count, position and random numbers, writes checkpoints
between steps, selects, and leaves a receipt.
"""

import inspect
import logging
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from fourbeat.checkpoint import objects
from fourbeat.checkpoint.plain import copy
from fourbeat.data.record import DataRecord
from fourbeat.errors import BeatError, RunError
from fourbeat.loop import describe, position
from fourbeat.loop.batch import describe as describe_batch
from fourbeat.loop.batch import device_of, to_device
from fourbeat.loop.epoch import Epoch
from fourbeat.loop.means import Means, Report
from fourbeat.loop.modes import mode as module_mode
from fourbeat.loop.parts import Parts, Stateful
from fourbeat.loop.progress import Progress
from fourbeat.loop.schedule import interval_of, on_plateau
from fourbeat.loop.select import direction_of, value_of
from fourbeat.loop.session import Session
from fourbeat.loop.state import RunState
from fourbeat.loop.step import Step
from fourbeat.loop.validate import Loss, Metric, evaluate
from fourbeat.receipt.code import CodeRecord, code_of, main_script
from fourbeat.receipt.environment import environment
from fourbeat.receipt.model import EpochRecord, Receipt, RunRecord
from fourbeat.types import Direction

log = logging.getLogger("fourbeat")

DRAWN_AFTER = (
    "Random numbers are drawn after epoch.close(): a resume from the end of an epoch does not "
    "repeat them. Draw them before it."
)


class Run:
    """One training in one directory, used as a context manager around the loop.

    Opening a directory that holds an unfinished run resumes it: model, optimizer, scheduler,
    generators and position are as they were after the last checkpoint, so that the loop goes on
    to the same bits. A second process that opens the directory is refused.

    Args:
        directory: of the run; made if it is not there.
        model: trained in place; batches are moved to the device of its first parameter.
        optimizer: stepped by `Step.update`.
        scheduler: stepped for you.
        schedule: `step` or `epoch`. Default: per step for OneCycleLR and CyclicLR, on the
            selected metric for ReduceLROnPlateau, per epoch for any other.
        seed: seeds torch, NumPy and Python when a new run begins. If torch was seeded with the
            same number already (say, before the model was made), its stream goes on from where
            it stands and is not rewound. None leaves the generators as they are.
        checkpoint_every: write a checkpoint every so many steps. Default: at the end of each
            epoch, and within an epoch once a minute.
        extra: further objects with `state_dict` and `load_state_dict`, by name.
        config: the configuration as resolved, for the receipt.
        data: what is trained on, for the receipt.
        code: which code trains, for the receipt. Default: the script of this process.
        allow_inexact: resume under another environment; the receipt lists the differences.

    Raises:
        RunLockedError: if another process writes this run.
        RunError: if the directory holds something else, or another training.
        InexactError: if the environment differs from that of the last checkpoint.
        CheckpointError: if there are checkpoints and none is whole.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        model: nn.Module,
        optimizer: Optimizer,
        scheduler: LRScheduler | None = None,
        schedule: Literal["step", "epoch"] | None = None,
        seed: int | None = None,
        checkpoint_every: int | None = None,
        extra: Mapping[str, Stateful] | None = None,
        config: dict[str, Any] | None = None,
        data: DataRecord | None = None,
        code: CodeRecord | None = None,
        allow_inexact: bool = False,
    ):
        if checkpoint_every is not None and checkpoint_every < 1:
            raise ValueError(f"checkpoint_every must be at least 1, got {checkpoint_every}")
        self.directory = Path(directory).absolute()  # the loop may change the working folder
        self.model = model
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.interval = interval_of(scheduler, schedule)
        self.receipt = Receipt(
            run=RunRecord(name=self.directory.name, status="running", seed=seed),
            config=describe.simple(config),
            model=describe.model_record(model),
            optimizer=describe.optimizer_record(optimizer, scheduler, self.interval),
            data=data,
            environment=environment(device_of(model).type),
            code=code or code_of(main_script()),
        )
        self._session = Session(
            self.directory,
            Parts(model, optimizer, scheduler, dict(extra or {})),
            self.receipt,
            checkpoint_every=checkpoint_every,
            allow_inexact=allow_inexact,
        )
        self._progress = Progress()
        self._epoch: Epoch | None = None
        self._training: weakref.ref[Generator[Step]] | None = None
        self._call = 0
        self._count = 0

    @property
    def state(self) -> RunState:
        """Where the run stands."""
        return self._session.state

    def __enter__(self) -> "Run":
        """Take the directory, and resume what is in it."""
        self._session.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Seal the receipt, or say in it why it is not sealed, and let go of the directory."""
        self._end_training()
        self._progress.close()
        broken_off = self._epoch is not None and not self._epoch.closed and self.state.step > 0
        finished = self.state.stopped_early or self.state.epoch >= self._count
        self._session.close(error, finished=finished, unsaved=broken_off)

    def epochs(self, count: int) -> Generator[Epoch]:
        """Go through the epochs that are left, up to `count` in all.

        An epoch whose body ends without `epoch.close` is closed without a report.
        """
        self._count = count
        self._progress.open(count, self.state.epoch)
        while self.state.epoch < count and not self.state.stopped_early:
            generators, resumed = self._session.generators, self._session.generators.resumed
            if self._epoch is None and resumed is not None:
                changed = "; the code has changed since" if self._session.code_changed else ""
                self.state.event(
                    "resume", f"from the checkpoint of step {self.state.step}{changed}"
                )
                # What the body draws before it trains it draws again; `train` does the rest.
                generators.restore(self.state.epoch_rng or resumed)
            if generators.moved_since_close() and DRAWN_AFTER not in self.state.limits:
                log.warning("%s", DRAWN_AFTER)
                self.state.limit(DRAWN_AFTER)
            self.state.epoch_rng = generators.capture()
            number = self.state.epoch + 1
            self._epoch, self._call = Epoch(number, self.state.means.report, self._close), 0
            yield self._epoch
            if not self._epoch.closed:
                self._epoch.close()
        self._epoch = None

    def train(self, loader: Iterable[Any]) -> Generator[Step]:
        """Steps over a loader's batches, in train mode, from where the last process died.

        Args:
            loader: a DataLoader, a `TensorLoader`, or any iterable that gives the same batches
                each time it is iterated from the same random state.

        Raises:
            BeatError: outside of `run.epochs`, or when a step's body ends without `update`.
        """
        if self._epoch is None:
            raise BeatError(
                "run.train() came outside of an epoch",
                "",
                "Use it within `for epoch in run.epochs(n)`",
            )
        if self._pass() is not None:
            raise BeatError(
                "run.train() came while another pass of it is under way",
                "",
                "End the first one: leave its for loop, or close() it",
            )
        steps = self._steps(loader, self._call)
        self._call += 1
        self._training = weakref.ref(steps)
        return steps

    def _steps(self, loader: Iterable[Any], call: int) -> Generator[Step]:
        state = self.state
        generators = self._session.generators
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
        self.optimizer.zero_grad(set_to_none=True)
        try:
            with module_mode(self.model, training=True):
                while True:
                    now = generators.capture() if self._session.due() else None
                    batch = self._next(batches, loader, self._stop)
                    if batch is END:
                        break
                    if now is not None:
                        self._session.save(now)
                    batch = to_device(batch, device)
                    if state.batch is None:
                        state.batch = describe_batch(batch)
                    step = Step(state.step, batch, self._commit)
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
        state, kept = self.state, position.keeps_workers(loader)
        if self._session.resumed and not kept:
            # At the end of an epoch it is not known yet which loader comes next: the same, likely.
            kept = state.epoch > 0 if state.kept_workers is None else state.kept_workers
            if kept:
                position.start_workers(loader)
        state.kept_workers = kept

    def _stop(self) -> None:
        """Obey a signal between two steps."""
        now = self._session.generators.capture()
        # Before the first batch a resume begins the pass anew.
        self._session.stop(now if self.state.position else self.state.call_rng or now)

    def _next(self, batches: Iterator[Any], loader: Any, stop: Callable[[], None]) -> Any:
        """The next batch, END after the last; `stop` first, if a signal has come.

        A signal to the whole process group, such as Ctrl-C, ends the loader's workers too.
        """
        interrupts = self._session.interrupts
        if interrupts.seen:
            stop()
        try:
            return next(batches, END)
        except Exception:
            if interrupts.seen and position.has_workers(loader):
                stop()
                self._session.obey()
            raise

    def _commit(self, loss: Tensor | None, examples: int, correct: Tensor | None) -> None:
        """The update of a step; without a loss, the batch was skipped."""
        if loss is not None:
            self.optimizer.step()
            if self.scheduler is not None and self.interval == "step":
                self.scheduler.step()
            self.state.means.add(loss, examples, correct)
            self.state.step += 1
            self._progress.step(examples)
        self.optimizer.zero_grad(set_to_none=True)
        self.state.position += 1

    def validate(
        self,
        loader: Iterable[Any],
        loss_fn: Loss,
        metrics: Mapping[str, Metric] | None = None,
    ) -> Report:
        """`fourbeat.validate` for this run's model.

        A signal stops it between two batches, unless a pass of `train` is under way, which stops
        at its own next step.
        """
        now = self._session.generators.capture()

        def stop() -> None:
            if self._pass() is None:
                self._session.stop(now)

        return self._watched(loader, loss_fn, metrics, stop)

    def _watched(
        self,
        loader: Iterable[Any],
        loss_fn: Loss,
        metrics: Mapping[str, Metric] | None,
        stop: Callable[[], None],
    ) -> Report:
        """Validate, and look for a signal before each batch."""

        def batches() -> Iterator[Any]:
            source = iter(loader)
            while (batch := self._next(source, loader, stop)) is not END:
                yield batch

        with position.untouched(loader):
            return evaluate(self.model, batches(), loss_fn, metrics)

    def _close(
        self,
        number: int,
        report: Report | None,
        metric: str,
        told: Direction | None,
        patience: int | None,
    ) -> bool:
        """See `Epoch.close`."""
        self._end_training()
        state = self.state
        if report is not None:
            direction = direction_of(metric, told)
            value = value_of(report, metric)
            if self.interval == "plateau":
                on_plateau(self.scheduler, metric, direction, value)
            if state.selection.take(metric, direction, value, number, state.step):
                self._session.best = self._session.parts.weights()
            state.stopped_early = patience is not None and state.selection.waited >= patience
        elif self.interval == "plateau":
            raise RunError(
                "ReduceLROnPlateau needs the validation's report", "epoch.close", "Pass it"
            )
        lr = describe.learning_rates(self.optimizer)
        if self.scheduler is not None and self.interval == "epoch":
            self.scheduler.step()
        means = state.means.report() if state.means.examples else None
        state.curves.append(
            EpochRecord(
                epoch=number,
                step=state.step,
                lr=lr,
                train=means.scalars() if means else {},
                validation=report.scalars() if report else {},
            )
        )
        state.epoch, state.call, state.position, state.means = number, 0, 0, Means()
        state.epoch_rng, state.call_rngs = None, []
        self._session.generators.resumed = None
        self._session.save(self._session.generators.at_close())
        self._progress.epoch(number, report.scalars() if report else {}, lr[0])
        if self._session.interrupts.seen:
            self._session.obey()
        return state.stopped_early

    def evaluate(
        self,
        name: str,
        loader: Iterable[Any],
        loss_fn: Loss,
        metrics: Mapping[str, Metric] | None = None,
    ) -> Report:
        """Validate the selected weights and keep the result in the receipt under a name.

        The model's own weights are afterwards as they were.
        """
        current = copy(objects.model_state(self.model))
        objects.restore_model(self.model, {"state": self.selected(), "hidden_buffers": {}})
        try:
            # These are not the weights that training goes on with: nothing can be saved here,
            # and nothing need be once the last epoch is closed.
            closed = self._epoch is None or self._epoch.closed
            stop = self._session.obey if closed else lambda: None
            report = self._watched(loader, loss_fn, metrics, stop)
        finally:
            objects.restore_model(self.model, current)
        self.state.results[name] = {"examples": report.examples, **report.values}
        return report

    def selected(self) -> dict[str, Tensor]:
        """A copy of the best epoch's state dict, on the CPU; of the last one if none was chosen."""
        return self._session.selected()

    def load_best(self) -> None:
        """Put the selected weights into the model."""
        self.model.load_state_dict(self.selected())

    def _pass(self) -> Generator[Step] | None:
        """The pass of `train` that is under way."""
        steps = self._training() if self._training is not None else None
        over = steps is None or inspect.getgeneratorstate(steps) == inspect.GEN_CLOSED
        return None if over else steps

    def _end_training(self) -> None:
        """Close a pass that a `break` or an error left open, so that modes are restored."""
        steps = self._pass()
        if steps is not None:
            steps.close()
        self._training = None


END: Any = object()
