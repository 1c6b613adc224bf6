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
from fourbeat.data.batch import device_of
from fourbeat.data.fetching import opened
from fourbeat.data.record import DataRecord
from fourbeat.errors import BeatError, RunError
from fourbeat.loop import describe, position
from fourbeat.loop.average import EMA, SWA, WeightAverage
from fourbeat.loop.calling import unwrapped
from fourbeat.loop.compiled import Compile, compiled
from fourbeat.loop.directory import moved_from
from fourbeat.loop.epoch import Epoch
from fourbeat.loop.graph.program import Forward
from fourbeat.loop.lane import Rules, make_lanes
from fourbeat.loop.means import Means, Report
from fourbeat.loop.parts import Parts, Stateful
from fourbeat.loop.precision import Word, scaler_of
from fourbeat.loop.profiler import StepProfiler
from fourbeat.loop.progress import Progress
from fourbeat.loop.schedule import on_plateau
from fourbeat.loop.select import direction_of, value_of
from fourbeat.loop.session import Session
from fourbeat.loop.state import RunState
from fourbeat.loop.step import END, Step
from fourbeat.loop.training import Training
from fourbeat.loop.validate import Loss, Metric, evaluate
from fourbeat.observe.stream import Stream, Subjects
from fourbeat.receipt.code import CodeRecord, code_of, command, main_script
from fourbeat.receipt.environment import environment
from fourbeat.receipt.model import EpochRecord, Receipt, RunRecord, TrainingRecord
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
        optimizer: stepped by `Step.update`. Several, by name, for a model of several parts (a
            GAN): each `backward` and `update` then says whose it is.
        scheduler: stepped for you; by the optimizer's name, where there are several.
        schedule: `step` or `epoch`. Default: per step for OneCycleLR and CyclicLR, on the
            selected metric for ReduceLROnPlateau, per epoch for any other.
        warmup: raise the learning rate in a straight line over so many updates. A scheduler that
            moves per step begins after it.
        precision: `fp32`, `bf16` or `fp16`: what `torch.autocast` computes forward and loss in.
            With fp16 the loss is scaled, and an update whose gradients overflow is skipped and
            counted.
        accumulate: batches in a step. Its gradient is that of all of them as one batch.
        clip_norm: bring the gradients' total 2-norm down to this.
        clip_value: bring each gradient into [-clip_value, clip_value].
        nonfinite: `raise` where a loss or gradient is NaN or infinite, naming where it began; or
            `skip` the update. On a GPU an optimizer made with `fused=True` is checked without
            waiting for the device, and the error comes one step later; others are read each step.
        average: average the weights, by `EMA(decay)` or `SWA(start)`; the averaged weights are
            validated and selected.
        compile: call the model through `torch.compile`, within the run alone. Graph breaks are
            said; where the compiler fails, that is said as well and the model runs eagerly. "step"
            compiles whole steps; `train` is then given the forward function, which is called a few times
            more than there are steps.
        profile: look at so many steps with torch.profiler: the table is logged, the trace goes to
            `trace.json` in the directory.
        seed: seeds torch, NumPy and Python when a new run begins. If torch was seeded with the
            same number already (say, before the model was made), its stream goes on from where
            it stands and is not rewound. None leaves the generators as they are.
        checkpoint_every: write a checkpoint every so many steps. Default: at the end of each
            epoch, and within an epoch once a minute.
        record: share of the training's time that the flight recorder may take for the step log and
            snapshots; see `fourbeat.history`. 0 for none, 1 to hold everything at every step.
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
        optimizer: Optimizer | Mapping[str, Optimizer],
        scheduler: LRScheduler | Mapping[str, LRScheduler] | None = None,
        schedule: Literal["step", "epoch"] | None = None,
        warmup: int = 0,
        precision: Word = "fp32",
        accumulate: int = 1,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        nonfinite: Literal["raise", "skip"] = "raise",
        average: EMA | SWA | None = None,
        compile: Compile | Literal["step"] | None = None,
        profile: int = 0,
        seed: int | None = None,
        checkpoint_every: int | None = None,
        record: float = 0.02,
        extra: Mapping[str, Stateful] | None = None,
        config: dict[str, Any] | None = None,
        data: DataRecord | None = None,
        code: CodeRecord | None = None,
        allow_inexact: bool = False,
    ):
        for name, number in (("checkpoint_every", checkpoint_every), ("accumulate", accumulate)):
            if number is not None and number < 1:
                raise ValueError(f"{name} must be at least 1, got {number}")
        self.directory = Path(directory).absolute()  # the loop may change the working folder
        if (moved := moved_from(self.directory)) is not None:
            self.directory = moved.instead
            record = record if moved.recorded else 0
            allow_inexact = True  # whoever has it made again compares the environments
        self.model = model
        self._stream = Stream(self._subjects, self.directory)
        self.lanes = make_lanes(
            optimizer,
            scheduler,
            schedule,
            lambda: scaler_of(precision, model),
            Rules(clip_norm, clip_value, nonfinite),
            warmup,
            self._stream,
        )
        plain = unwrapped(model)  # its weights have their own names
        averaged = WeightAverage(plain, average) if average else None
        compile = Compile(compile) if isinstance(compile, str) else compile
        self.whole = compile is not None and compile.mode == "step"
        self._compiled = compiled(model, compile, self._say_compiled)
        self.receipt = Receipt(
            run=RunRecord(name=self.directory.name, status="running", seed=seed),
            config=describe.simple(config),
            model=describe.model_record(plain),
            optimizers={n: describe.optimizer_record(lane) for n, lane in self.lanes.items()},
            training=TrainingRecord(
                warmup=warmup,
                precision=precision,
                accumulate=accumulate,
                clip_norm=clip_norm,
                clip_value=clip_value,
                nonfinite=nonfinite,
                average=repr(average) if average else None,
                compile=repr(compile) if compile else None,
            ),
            data=data,
            environment=environment(device_of(model).type),
            code=code or code_of(main_script()),
            command=None if code else command(),
        )
        self._session = Session(
            self.directory,
            Parts(plain, self.lanes, dict(extra or {}), averaged),
            self.receipt,
            stream=self._stream,
            record=record,
            checkpoint_every=checkpoint_every,
            allow_inexact=allow_inexact,
        )
        self._progress = Progress()
        self._trainer = Training(
            model,
            self.lanes,
            precision,
            accumulate,
            averaged,
            StepProfiler(profile, self.directory) if profile else None,
            self._session,
            self._progress,
            self._stream,
            self.whole,
            self._say_compiled,
        )
        self._epoch: Epoch | None = None
        self._training: weakref.ref[Generator[Step]] | None = None
        self._call = 0
        self._count: int | None = None
        self._within = False

    def _subjects(self) -> Subjects:
        """What is trained, by name."""
        plain = unwrapped(self.model)
        parameters: dict[str, Tensor] = dict(plain.named_parameters())
        held = {id(p) for p in parameters.values()}
        for lane in self.lanes.values():  # of a loss with weights, say
            for number, p in enumerate(lane.parameters()):
                if id(p) not in held:
                    parameters[f"{lane.name}.{number}"] = p
        optimizers = {name: lane.optimizer for name, lane in self.lanes.items()}
        return Subjects(optimizers, parameters, dict(plain.named_buffers()))

    @property
    def state(self) -> RunState:
        """Where the run stands."""
        return self._session.state

    def __enter__(self) -> "Run":
        """Take the directory, and resume what is in it."""
        self._session.open()
        self._compiled.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Seal the receipt, or say in it why it is not sealed, and let go of the directory."""
        if error is not None and (note := self._trainer.hint(error)):
            error.add_note(note)
        self._end_training()
        self._trainer.end()
        self._compiled.__exit__(None, None, None)
        self._progress.close()
        broken_off = self._epoch is not None and not self._epoch.closed and self.state.step > 0
        asked = self._count is not None and self.state.epoch >= self._count
        finished = self.state.stopped_early or asked
        self._session.close(error, finished=finished, unsaved=broken_off)

    def _say_compiled(self, text: str) -> None:
        """What torch.compile did, for people and for the receipt."""
        log.warning("%s", text)
        self.state.event("compile", text)

    def epochs(self, count: int) -> Generator[Epoch]:
        """Go through the epochs that are left, up to `count` in all.

        An epoch whose body ends without `epoch.close` is closed without a report.
        """
        self._count = self._trainer.epochs = count
        generators = self._session.generators
        if generators.resumed is not None:
            # What the body draws before it trains it draws again; `train` does the rest. Where no
            # epoch is left, the script goes on with the numbers that it went on with before.
            generators.restore(self.state.epoch_rng or generators.resumed)
        self._progress.open(count, self.state.epoch)
        while self.state.epoch < count and not self.state.stopped_early:
            self._session.train()
            if generators.moved_since_close() and DRAWN_AFTER not in self.state.limits:
                log.warning("%s", DRAWN_AFTER)
                self.state.limit(DRAWN_AFTER)
            self.state.epoch_rng = generators.capture()
            number = self.state.epoch + 1
            self._epoch, self._call = Epoch(number, self.state.means.report, self._close), 0
            self._within = True
            try:
                yield self._epoch
            finally:
                self._within = False
            if not self._epoch.closed:
                self._epoch.close()
        self._epoch = None

    def train(self, loader: Iterable[Any], forward: Forward | None = None) -> Generator[Step]:
        """Steps over a loader's batches, in train mode, from where the last process died.

        Args:
            loader: a DataLoader, a `TensorLoader`, or any iterable that gives the same batches
                each time it is iterated from the same random state.
            forward: called with a batch, gives its mean loss, or `(loss, logits)`, or `(loss, logits,
                weight)` as `Step.backward` takes them. With it each step is taken before the body sees
                it, for which `step.loss` and `step.grad_norm` are left. With `compile="step"` its steps
                are one graph, several a call for a small model; where that is not possible they are taken
                beat by beat, and the receipt says why. Give the same function in each epoch: another one
                is compiled anew. A `break` comes after all steps of a call.

        Raises:
            BeatError: outside of `run.epochs`, or when a step's body ends without `update`.
            RunError: with `compile="step"`, for no forward function.
        """
        if self.whole and forward is None:
            raise RunError(
                "whole steps can be compiled only of a forward function",
                "compile='step'",
                "Give it: run.train(loader, forward), with forward(batch) the loss, or loss and logits",
            )
        if self._epoch is None or self._epoch.closed or not self._within:
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
        steps = self._trainer.steps(loader, self._call, forward)
        self._call += 1
        self._training = weakref.ref(steps)
        return steps

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

        averaged = self._trainer.average.model if self._trainer.average else None
        return self._watched(averaged or self.model, loader, loss_fn, metrics, stop)

    def _watched(
        self,
        model: nn.Module,
        loader: Iterable[Any],
        loss_fn: Loss,
        metrics: Mapping[str, Metric] | None,
        stop: Callable[[], None],
    ) -> Report:
        """Validate, and look for a signal before each batch."""

        def batches() -> Iterator[Any]:
            source = opened(loader)
            while (batch := self._session.next_batch(source, loader, stop)) is not END:
                yield batch

        with position.untouched(loader), self._trainer.autocast():
            return evaluate(model, batches(), loss_fn, metrics)

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
        self._trainer.settle()
        self._trainer.localiser.check_parameters(state.step)
        used = [state.rates.get(name) or lane.rates() for name, lane in self.lanes.items()]
        lr = [rate for rates in used for rate in rates]
        plateaus = [lane for lane in self.lanes.values() if lane.interval == "plateau"]
        if report is not None:
            direction = direction_of(metric, told)
            value = value_of(report, metric)
            for lane in plateaus:
                with lane.aims():
                    on_plateau(lane.scheduler, metric, direction, value)
            if state.selection.take(metric, direction, value, number, state.step):
                self._session.best = self._session.parts.weights()
            state.stopped_early = patience is not None and state.selection.waited >= patience
        elif plateaus:
            raise RunError(
                "ReduceLROnPlateau needs the validation's report", "epoch.close", "Pass it"
            )
        for lane in self.lanes.values():
            lane.end_epoch()
        means = state.means.report() if state.means.examples else None
        state.curves.append(
            EpochRecord(
                epoch=number,
                step=state.step,
                lr=lr,
                train=means.scalars() if means else {},
                validation=report.scalars() if report else {},
                skipped=state.skipped,
            )
        )
        state.epoch, state.call, state.position = number, 0, 0
        state.means, state.rates, state.skipped = Means(), {}, 0
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
        plain = unwrapped(self.model)
        current = copy(objects.model_state(plain))
        objects.restore_model(plain, {**current, "state": self.selected()})
        try:
            # These are not the weights that training goes on with: nothing can be saved here,
            # and nothing need be once the last epoch is closed.
            closed = self._epoch is None or self._epoch.closed
            stop = self._session.obey if closed else lambda: None
            report = self._watched(self.model, loader, loss_fn, metrics, stop)
        finally:
            objects.restore_model(plain, current)
        self.state.results[name] = {"examples": report.examples, **report.values}
        return report

    def adopt(self, state: RunState, best: dict[str, Tensor], together: int) -> None:
        """Take over a training that came to its end outside of this run, in place of `epochs`.

        Args:
            state: what it came to; the model holds its last weights.
            best: the state dict of its selected epoch.
            together: runs that were trained in that one pass.
        """
        state.origin = self.state.origin
        self._session.state, self._session.best = state, best
        self._count = state.epoch
        self.receipt.training.together = together

    def selected(self) -> dict[str, Tensor]:
        """A copy of the best epoch's state dict, on the CPU; of the last one if none was chosen."""
        return self._session.selected()

    def load_best(self) -> None:
        """Put the selected weights into the model."""
        unwrapped(self.model).load_state_dict(self.selected())

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
