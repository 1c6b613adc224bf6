"""Run: a training in one directory that resumes where the last process died.

The loop stays the caller's. The run keeps count, position and random numbers, writes checkpoints
between steps, selects, and leaves a receipt.
"""

import logging
import time
import weakref
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from fourbeat.checkpoint import objects, rng
from fourbeat.checkpoint.lock import RunLock
from fourbeat.checkpoint.plain import copy, plain
from fourbeat.checkpoint.store import Checkpoint, CheckpointStore
from fourbeat.data.record import DataRecord
from fourbeat.errors import BeatError, CheckpointError, InexactError, RunError
from fourbeat.loop import describe, position
from fourbeat.loop.batch import describe as describe_batch
from fourbeat.loop.batch import device_of, to_device
from fourbeat.loop.epoch import Epoch
from fourbeat.loop.generators import Generators
from fourbeat.loop.interrupt import Interrupts
from fourbeat.loop.means import Report
from fourbeat.loop.modes import mode as module_mode
from fourbeat.loop.parts import Parts, Stateful
from fourbeat.loop.progress import Progress
from fourbeat.loop.schedule import interval_of, on_plateau
from fourbeat.loop.select import direction_of, value_of
from fourbeat.loop.state import RunState
from fourbeat.loop.step import Step
from fourbeat.loop.validate import Loss, Metric, evaluate
from fourbeat.receipt.code import CodeRecord, code_of, main_script
from fourbeat.receipt.environment import differences, environment
from fourbeat.receipt.model import EpochRecord, Receipt, RunRecord, Status
from fourbeat.receipt.model import write as write_receipt
from fourbeat.receipt.publish import declare, publish, refuse_strangers
from fourbeat.receipt.weights import weights_sha256
from fourbeat.types import Direction

log = logging.getLogger("fourbeat")

DRAWN_AFTER = (
    "Random numbers are drawn after epoch.close(): a resume from the end of an epoch does not "
    "repeat them. Draw them before it."
)
DUE_SECONDS = 60.0
"""Time within an epoch after which a checkpoint is due, where no number of steps was given."""


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
        self.directory = Path(directory)
        self.model = model
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.interval = interval_of(scheduler, schedule)
        self.state = RunState()
        self.receipt = Receipt(
            run=RunRecord(name=self.directory.absolute().name, status="running", seed=seed),
            config=config,
            model=describe.model_record(model),
            optimizer=describe.optimizer_record(optimizer, scheduler, self.interval),
            data=data,
            environment=environment(device_of(model).type),
            code=code or code_of(main_script()),
        )
        self._parts = Parts(model, optimizer, scheduler, dict(extra or {}))
        self._generators = Generators()
        self._every = checkpoint_every
        self._allow_inexact = allow_inexact
        self._lock = RunLock(self.directory)
        self._store = CheckpointStore(self.directory / "checkpoints")
        self._interrupts = Interrupts()
        self._progress = Progress()
        self._epoch: Epoch | None = None
        self._training: weakref.ref[Generator[Step]] | None = None
        self._call = 0
        self._count = 0
        self._saved = 0.0

    # Opening and closing.

    def __enter__(self) -> "Run":
        """Take the directory, and resume what is in it."""
        refuse_strangers(self.directory)
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(
                f"the run directory cannot be made: {error.strerror}",
                str(self.directory),
                "Choose another with --out DIR",
            ) from None
        self._lock.acquire()
        try:
            declare(self.directory, self.receipt)
            broken = self._store.open()
            newest = self._store.newest()
            if newest is not None:
                self._resume(newest, broken)
            elif broken:
                raise CheckpointError(
                    "no checkpoint is whole: " + "; ".join(broken),
                    str(self.directory),
                    "Train into a new directory",
                )
            else:
                self._begin()
        except BaseException:
            self._lock.release()
            raise
        self._interrupts.watch()
        self._saved = time.monotonic()
        return self

    def _begin(self) -> None:
        """Seed a new run."""
        seed = self.receipt.run.seed
        if seed is not None:
            if torch.initial_seed() != seed:
                torch.manual_seed(seed)
            rng.seed_others(seed)

    def _resume(self, checkpoint: Checkpoint, broken: list[str]) -> None:
        """Restore everything from a verified checkpoint."""
        changed = differences(checkpoint.environment, self.receipt.environment)
        if changed and not self._allow_inexact:
            raise InexactError(
                "a resume here would not give the same bits: " + "; ".join(changed),
                str(self.directory),
                "Resume where it began, or accept other bits with --allow-inexact "
                "(allow_inexact=True)",
            )
        saved = self._store.read(checkpoint)
        self._parts.restore(saved, str(checkpoint.path))
        self._generators.resumed = saved["rng"]
        self.state = RunState.of(saved["run"], device_of(self.model))
        for text in broken:
            log.warning("broken checkpoint: %s", text)
            self.state.event("broken checkpoint", text)
        if changed:
            self.state.inexact += [text for text in changed if text not in self.state.inexact]
            self.state.event("inexact", "resumed under another environment")
        where = f"resumed from step {self.state.step} (epoch {self.state.epoch + 1})"
        log.info("%s", where)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Seal the receipt, or say in it why it is not sealed, and let go of the directory."""
        self._end_training()
        self._progress.close()
        self._interrupts.release()
        try:
            if error is None:
                self._finish()
            elif isinstance(error, KeyboardInterrupt | SystemExit):
                self._note("interrupted", None)
            else:
                self._note("failed", f"{type(error).__name__}: {error}")
        finally:
            self._lock.release()

    def _note(self, status: Status, error: str | None) -> None:
        self.state.fill(self.receipt, status)
        self.receipt.run.error = error
        with suppress(OSError):  # the first error is the one to hear of
            write_receipt(self.directory, self.receipt)

    def _finish(self) -> None:
        """Seal the receipt over the selected weights."""
        if self._epoch is not None and not self._epoch.closed and self.state.step:
            self._save(self._generators.capture())  # a `break` left the epoch open
        finished = self.state.stopped_early or self.state.epoch >= self._count
        self.state.fill(self.receipt, "finished" if finished else "stopped")
        self.receipt.last_weights_sha256 = weights_sha256(self.model.state_dict())
        publish(self.directory, self.receipt, self.selected())

    # The loop's own pieces.

    def epochs(self, count: int) -> Generator[Epoch]:
        """Go through the epochs that are left, up to `count` in all.

        An epoch whose body ends without `epoch.close` is closed without a report.
        """
        self._count = count
        self._progress.open(count, self.state.epoch)
        while self.state.epoch < count and not self.state.stopped_early:
            if self._epoch is None and self._generators.resumed is not None:
                self.state.event("resume", f"from the checkpoint of step {self.state.step}")
                self._generators.restore(self._generators.resumed)
            if self._generators.moved_since_close() and DRAWN_AFTER not in self.state.limits:
                log.warning("%s", DRAWN_AFTER)
                self.state.limit(DRAWN_AFTER)
            self._epoch, self._call = Epoch(self, self.state.epoch + 1), 0
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
        self._end_training()
        steps = self._steps(loader, self._call)
        self._call += 1
        self._training = weakref.ref(steps)
        return steps

    def _steps(self, loader: Iterable[Any], call: int) -> Generator[Step]:
        state = self.state
        generators = self._generators
        generators.adopt(loader)
        if call < state.call:
            return  # this pass was completed before the checkpoint
        device = device_of(self.model)
        resumed, generators.resumed = generators.resumed, None
        if resumed is not None and state.position and state.call_rng is not None:
            generators.restore(state.call_rng)
            batches = position.batches(loader, state.epoch, state.position)
            generators.restore(resumed)
        else:
            state.call_rng = generators.capture()
            batches = position.batches(loader, state.epoch, 0)
        for text in position.limits_of(loader):
            state.limit(text)
        self.optimizer.zero_grad(set_to_none=True)
        try:
            with module_mode(self.model, training=True):
                while True:
                    due = self._due()
                    now = generators.capture() if due or self._interrupts.seen else None
                    if now is not None and self._interrupts.seen:
                        self._stop(now)
                    batch = next(batches, END)
                    if batch is END:
                        break
                    if now is not None:
                        self._save(now)
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
            state.call, state.position, state.call_rng = call + 1, 0, None

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
        now = self._generators.capture()

        def stop() -> None:
            if self._pass() is None:
                self._stop(now)

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
            for batch in loader:
                if self._interrupts.seen:
                    stop()
                yield batch

        with position.untouched(loader):
            return evaluate(self.model, batches(), loss_fn, metrics)

    def close_epoch(
        self,
        epoch: Epoch,
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
            state.selection.take(metric, direction, value, epoch.number, state.step)
            state.stopped_early = patience is not None and state.selection.waited >= patience
        elif self.interval == "plateau":
            raise RunError(
                "ReduceLROnPlateau needs the validation's report", "epoch.close", "Pass it"
            )
        lr = describe.learning_rates(self.optimizer)
        if self.scheduler is not None and self.interval == "epoch":
            self.scheduler.step()
        means = self.training_report() if state.means.examples else None
        state.curves.append(
            EpochRecord(
                epoch=epoch.number,
                step=state.step,
                lr=lr,
                train=means.scalars() if means else {},
                validation=report.scalars() if report else {},
            )
        )
        epoch.closed = True
        state.epoch, state.call, state.means = epoch.number, 0, type(state.means)()
        self._save(self._generators.at_close())
        self._progress.epoch(epoch.number, report.scalars() if report else {}, lr[0])
        if self._interrupts.seen:
            self._obey()
        return state.stopped_early

    def training_report(self) -> Report:
        """Training means of the open epoch so far."""
        return self.state.means.report()

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
            # Nothing to save: these are not the weights that training goes on with.
            report = self._watched(loader, loss_fn, metrics, self._obey)
        finally:
            objects.restore_model(self.model, current)
        self.receipt.results[name] = {"examples": report.examples, **report.values}
        return report

    # The selected weights.

    def selected(self) -> dict[str, Tensor]:
        """A copy of the best epoch's state dict, on the CPU; of the last one if none was chosen."""
        step = self.state.best_step
        if step is None:
            return self._parts.weights()
        if step not in self._store.good:
            raise CheckpointError(
                f"the checkpoint of the best epoch, step {step}, is not whole",
                str(self.directory),
                "Train into a new directory",
            )
        return self._store.read(self._store.good[step])["model"]["state"]

    def load_best(self) -> None:
        """Put the selected weights into the model."""
        self.model.load_state_dict(self.selected())

    # Checkpoints.

    def _due(self) -> bool:
        """Whether to write a checkpoint before the next step."""
        if self.state.position == 0:
            return False  # the end of the last epoch wrote one
        if self._every is not None:
            return self.state.step % self._every == 0
        return time.monotonic() - self._saved >= DUE_SECONDS

    def _save(self, now: rng.State) -> None:
        """Write a checkpoint of this moment between two steps."""
        state = {**self._parts.state(), "rng": now, "run": self.state.state()}
        self._store.write(
            self.state.step,
            plain(state, "state"),
            best_step=self.state.best_step,
            environment=self.receipt.environment,
        )
        self._saved = time.monotonic()

    def _stop(self, now: rng.State) -> None:
        """Obey a signal: write a checkpoint, then raise."""
        assert self._interrupts.seen is not None
        self.state.event("interrupted", self._interrupts.seen.name)
        self._save(now)
        self._obey()

    def _obey(self) -> None:
        """Say what a signal stopped, and raise."""
        assert self._interrupts.seen is not None
        how = f"fourbeat resume {self.directory}" if self.receipt.config else "run the script again"
        name = self._interrupts.seen.name
        log.warning("%s: checkpoint of step %d written. To go on: %s", name, self.state.step, how)
        self._interrupts.stop()

    def _pass(self) -> Generator[Step] | None:
        """The pass of `train` that is under way."""
        return self._training() if self._training is not None else None

    def _end_training(self) -> None:
        """Close a pass that a `break` or an error left open, so that modes are restored."""
        steps = self._pass()
        if steps is not None:
            steps.close()
        self._training = None


END: Any = object()
