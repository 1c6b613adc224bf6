"""A run's hold on its directory: from taking it to the sealed receipt, and every checkpoint between."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import torch
from torch import Tensor
from torch.nn.parameter import is_lazy

from fourbeat.checkpoint import objects, rng
from fourbeat.checkpoint.behind import Behind
from fourbeat.checkpoint.files import sync
from fourbeat.checkpoint.lock import RunLock
from fourbeat.checkpoint.plain import copy, plain
from fourbeat.checkpoint.store import Checkpoint, CheckpointStore
from fourbeat.data.batch import device_of
from fourbeat.errors import CheckpointError, InexactError, RunError
from fourbeat.finding import Finding
from fourbeat.loop.control import Control
from fourbeat.loop.determinism import determinism
from fourbeat.loop.generators import Generators
from fourbeat.loop.interrupt import Interrupts
from fourbeat.loop.parts import Parts
from fourbeat.loop.position import has_workers
from fourbeat.loop.recording import Recording
from fourbeat.loop.state import RunState
from fourbeat.loop.step import END
from fourbeat.observe.stream import Stream
from fourbeat.receipt.environment import differences
from fourbeat.receipt.model import Receipt, Status
from fourbeat.receipt.publish import (
    declare,
    note,
    publish,
    refuse_another,
    refuse_strangers,
)
from fourbeat.receipt.weights import weights_sha256
from fourbeat.sanity.watch import STEPS, Sanity

log = logging.getLogger("fourbeat")

DUE_SECONDS = 60.0
"""Time within an epoch after which a checkpoint is due, where no number of steps was given."""


class Session:
    """One process at work on one run.

    Attributes:
        directory: of the run.
        parts: the user's objects.
        receipt: as declared; filled in at the end.
        state: where the run stands.
        best: the selected weights, None before the first selection.
        generators: the random numbers.
        interrupts: signals seen.
        resumed: whether this process found a checkpoint to go on from.
        passed: whether a pass over training data was completed before that.
        control: what other processes ask of it, once it trains.
        training: whether it trains; until then a run that was there is left as it is.
    """

    def __init__(
        self,
        directory: Path,
        parts: Parts,
        receipt: Receipt,
        *,
        stream: Stream,
        record: float,
        checkpoint_every: int | None,
        allow_inexact: bool,
    ):
        self.directory = directory
        self.parts = parts
        self.receipt = receipt
        self.state = RunState()
        self.best: dict[str, Tensor] | None = None
        self.generators = Generators()
        self.interrupts = Interrupts()
        self.resumed = self.passed = self.training = False
        self._stream = stream
        self._budget = record
        self._recording: Recording | None = None
        self._sanity: Sanity | None = None
        self.control: Control | None = None
        self._every = checkpoint_every
        self._allow_inexact = allow_inexact
        self._lock = RunLock(directory)
        self._store = CheckpointStore(directory / "checkpoints")
        self._writer = Behind(self._store)
        self._saved, self._saved_step = 0.0, -1

    def open(self) -> None:
        """Take the directory, and resume what is in it. For the errors see `Run`."""
        refuse_strangers(self.directory)
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            sync(self.directory.parent)
        except OSError as error:
            raise RunError(
                f"the run directory cannot be made: {error.strerror}",
                str(self.directory),
                "Choose another with --out DIR",
            ) from None
        self._lock.acquire()
        try:
            self._before = refuse_another(self.directory, self.receipt)
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
            elif self._before is not None:
                raise RunError(
                    f"the run is {self._before.run.status}, and its checkpoints are gone",
                    str(self.directory),
                    "Train into a new directory",
                )
            else:
                self._begin()
        except BaseException:
            self._lock.release()
            raise
        self._hidden = self._hidden_buffers()
        self.interrupts.watch()
        self._saved = time.monotonic()

    def _begin(self) -> None:
        """Seed a new run."""
        seed = self.receipt.run.seed
        if seed is not None:
            if torch.initial_seed() != seed:
                torch.manual_seed(seed)
            rng.seed_others(seed)
        if not any(map(is_lazy, self.parts.model.parameters())):
            plain(self.parts.state(), "state")  # what cannot be saved is better known at once
        for lane in self.parts.lanes.values():
            if lane.warmup is not None:
                lane.warmup.start()
        self.state.origin = rng.digest(rng.capture())
        self.train()

    def train(self) -> None:
        """From here on the run is under way, and its receipt says so."""
        if self.training:
            return
        self.training = True
        if self.resumed:
            text = f"from the checkpoint of step {self.state.step}"
            if self._before is not None and self._before.code != self.receipt.code:
                log.warning("the code has changed since the last process of this run")
                text += "; the code has changed since"
                if self._allow_inexact:
                    self.state.inexact.append("the code changed on the way")
            self.state.event("resume", text)
        self._fill("running")
        declare(self.directory, self.receipt)
        self.control = Control(
            self.directory, self._stream, self.interrupts, lambda: self.state.step, self._mark
        )
        if self.state.step < STEPS:
            self._sanity = Sanity(self.parts.model, self._stream, self._found)
        if self._budget > 0:
            self._recording = Recording(self.directory, self._stream, self.state, self._budget)

    def _found(self, finding: Finding) -> None:
        """Say, once, what is wrong with the training; it goes on."""
        if self.state.found(finding):
            at = "" if finding.place is None else f"{finding.place}: "
            log.warning("%s%s [%s]. %s", at, finding.message, finding.rule, finding.fix)

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
        try:
            self.state = RunState.of(saved["run"], device_of(self.parts.model))
            self.parts.restore(saved, str(checkpoint.path))
            self.generators.resume(saved["rng"])
            self.best = saved["best"]
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise CheckpointError(
                f"refused: its hashes fit, but it is no state of a run ({error!r})",
                str(checkpoint.path),
                "Remove the folder to go on from the checkpoint before it",
            ) from error
        for text in broken:
            log.warning("broken checkpoint: %s", text)
            self.state.event("broken checkpoint", text)
        if changed:
            self.state.inexact += [text for text in changed if text not in self.state.inexact]
            self.state.event("inexact", "resumed under another environment")
        self._saved_step = self.state.step
        self.resumed = True
        self.passed = self.state.epoch > 0 or self.state.call > 0
        log.info("resumed from step %d (epoch %d)", self.state.step, self.state.epoch + 1)

    def close(self, error: BaseException | None, *, finished: bool, unsaved: bool) -> None:
        """Seal the receipt, or say in it why it is not sealed, and let go of the directory.

        Args:
            error: what ended the loop, None for an end of its own.
            finished: whether the run came to its end.
            unsaved: whether a `break` left steps behind the last checkpoint.
        """
        try:
            if error is None and unsaved:
                self.save(self.generators.capture())
            self._written(raising=error is None)
            self._end_recording()
            if error is None:
                self._seal(finished)
            elif not self.training:
                pass
            elif isinstance(error, KeyboardInterrupt | SystemExit):
                self._note("interrupted", None)
            else:
                self._note("failed", f"{type(error).__name__}: {error}")
        finally:
            self._end_recording()
            self.interrupts.release()  # not before: a signal lets the sealing finish
            self._lock.release()

    def _written(self, *, raising: bool) -> None:
        """Wait for the last checkpoint; an error is said beside what ended the loop, if that was one."""
        try:
            self._writer.wait()
        except Exception as error:
            if raising:
                self._note("failed", f"{type(error).__name__}: {error}")
                raise
            log.warning("%s", error)

    def _end_recording(self) -> None:
        """Nothing more is recorded, and nothing more is asked."""
        recording, self._recording = self._recording, None
        sanity, self._sanity = self._sanity, None
        control, self.control = self.control, None
        if control is not None:
            control.close()
        if sanity is not None:
            sanity.close()
        if recording is not None:
            recording.close()

    def _seal(self, finished: bool) -> None:
        self._fill("finished" if finished else "stopped")
        before = None if self.training else self._before
        if before is not None:  # nothing was trained: it is the run that it was
            if before.seal is not None and results_of(before) == results_of(self.receipt):
                return
            if before.seal is None and not finished:
                return
            self.receipt.code, self.receipt.environment = before.code, before.environment
        now = self._hidden_buffers()
        moved = [
            n for n, b in now.items() if n not in self._hidden or not equal(b, self._hidden[n])
        ]
        if moved:
            self.state.limit(
                f"Buffers that the model's state dict leaves out changed in training: "
                f"{', '.join(moved[:5])}. Checkpoints hold them, the published weights do not."
            )
        last = self.parts.model.state_dict()
        self.receipt.last_weights_sha256 = weights_sha256(last)
        publish(self.directory, self.receipt, self.selected())

    def _hidden_buffers(self) -> dict[str, Tensor]:
        """A copy of the buffers that the state dict leaves out."""
        return copy(objects.model_state(self.parts.model)["hidden_buffers"])

    def _fill(self, status: Status) -> None:
        """Write into the receipt what the run has come to."""
        self.state.fill(self.receipt, status)
        self.receipt.determinism = determinism(
            device_of(self.parts.model),
            workers=self.state.workers,
            compiled=self.receipt.training.compile is not None,
            operators=self.state.operators,
            together=self.receipt.training.together,
        )

    def _note(self, status: Status, error: str | None) -> None:
        self._fill(status)
        self.receipt.run.error = error
        note(self.directory, self.receipt)

    def selected(self) -> dict[str, Tensor]:
        """A copy of the selected weights, on the CPU; of the current ones if none was chosen."""
        return self.parts.weights() if self.best is None else copy(self.best)

    def due(self) -> bool:
        """Whether to write a checkpoint before the next step."""
        wanted = self.control is not None and self.control.wants_checkpoint()
        if self.state.position == 0 or self.state.step == self._saved_step:
            if wanted and self.control is not None and self.state.step == self._saved_step:
                self._writer.wait()
                self.control.saved()
            return False  # the end of the last epoch wrote one, or this was resumed from one
        if wanted:
            return True
        if self._every is not None:
            return self.state.step // self._every > max(self._saved_step, 0) // self._every
        return time.monotonic() - self._saved >= DUE_SECONDS

    def whole(self, now: rng.State) -> dict[str, Any]:
        """All that a resume needs, by reference.

        Args:
            now: the generators, as the next step is to find them.
        """
        return {
            **self.parts.state(),
            "best": self.best,
            "rng": now,
            "run": self.state.state(),
        }

    def snapshot_due(self) -> bool:
        """Whether the recorder wants a snapshot before the next step."""
        recording = self._recording
        return recording is not None and recording.due and self.state.position > 0

    def snapshot(self, now: rng.State) -> None:
        """Let the recorder keep this moment between two steps; see `save`."""
        assert self._recording is not None
        self._recording.snapshot(self.whole, now, self.receipt.environment)

    def save(self, now: rng.State) -> None:
        """Have a checkpoint written of this moment between two steps; see `whole` and `Behind`."""
        self._mark()
        state = plain(self.whole(now), "state")
        self._writer.write(self.state.step, state, self.receipt.environment)
        self._saved, self._saved_step = time.monotonic(), self.state.step
        if self.control is not None and self.control.wants_checkpoint():
            self._writer.wait()
            self.control.saved()

    def _mark(self) -> None:
        """Bring the step log, and what the state says of it, up to date."""
        if self._recording is not None:
            self._recording.mark()

    def stop(self, now: rng.State) -> None:
        """Obey a signal: write a checkpoint, then raise."""
        assert self.interrupts.seen is not None
        self.state.event("interrupted", self.interrupts.seen.name)
        resumed = self.generators.resumed
        if self.state.position and resumed is not None:
            now = resumed  # the place of the last checkpoint has not been reached again yet
        self.save(now)
        self._writer.wait()
        self.obey()

    def next_batch(self, batches: Iterator[Any], loader: Any, stop: Callable[[], None]) -> Any:
        """The next batch, END after the last; `stop` first, if a signal has come.

        A signal to the whole process group, such as Ctrl-C, ends the loader's workers too.
        """
        if self.interrupts.seen:
            stop()
        try:
            return next(batches, END)
        except Exception:
            if self.interrupts.seen and has_workers(loader):
                stop()
                self.obey()
            raise

    def obey(self) -> NoReturn:
        """Say what a signal stopped, and raise."""
        assert self.interrupts.seen is not None
        log.warning(
            "%s: stopped with a checkpoint of step %d. %s",
            self.interrupts.seen.name,
            self._saved_step,
            self.receipt.way_on(self.directory),
        )
        self.interrupts.stop()


def equal(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are the same, bit for bit; NaN equals NaN."""
    return one.shape == other.shape and weights_sha256({"": one}) == weights_sha256({"": other})


def results_of(receipt: Receipt) -> Any:
    """The results as they stand in the file, NaN being equal to NaN."""
    return json.loads(receipt.model_dump_json())["results"]
