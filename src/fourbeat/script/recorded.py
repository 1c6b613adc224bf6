"""A script's step log and receipt, while it is observed."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from fourbeat.checkpoint.lock import RunLock
from fourbeat.errors import ConfigError, RunError, first_line
from fourbeat.observe.events import Event, Stepped
from fourbeat.observe.stream import Stream
from fourbeat.receipt import model as receipts
from fourbeat.receipt.code import CommandRecord, code_of
from fourbeat.receipt.environment import environment
from fourbeat.receipt.model import ModelRecord, OptimizerRecord, Receipt, RunRecord, TrainingRecord
from fourbeat.receipt.weights import weights_sha256
from fourbeat.record.log import StepLog
from fourbeat.record.recorder import Recorder

log = logging.getLogger("fourbeat")


class Recorded:
    """A reader that records a script's stream, and keeps its receipt.

    A log that cannot be written (a full disk) is no reason to stop the script: it says so, and ends.

    Args:
        stream: of the script.
        directory: of the recording.
        command: how the script was started.
        budget: share of a step's time that the recorder may take.
    """

    def __init__(self, stream: Stream, directory: Path, command: CommandRecord, budget: float):
        self._directory = directory
        self._receipt = Receipt(
            run=RunRecord(name=directory.name, status="running", seed=None),
            observed=True,
            config=None,
            model=ModelRecord(name="", architecture="", parameters=0, trainable=0),
            optimizers={},
            training=TrainingRecord(),
            data=None,
            environment=environment("cpu"),
            code=code_of(Path(command.script)),
            command=command,
        )
        receipts.write(directory, self._receipt)
        self._log = StepLog(directory, 0, bytes(16), lambda _: None)
        self._recorder = Recorder(stream.subjects, self._log, budget)
        self._alive, self._begun = True, False

    def __call__(self, event: Event) -> None:
        """Take an event in."""
        if self._alive:
            try:
                self._recorder(event)
            except OSError as error:
                self._end(error)
        if isinstance(event, Stepped):
            self._receipt.run.steps += event.counted
            self._receipt.run.epochs = event.epoch
            if not self._begun:
                self._begun = True
                self._describe()

    def _end(self, error: OSError) -> None:
        self._alive = False
        text = f"The step log ends here: {error.strerror or first_line(error)}"
        log.warning("%s", text)
        self._receipt.limits.append(text)

    def _describe(self) -> None:
        """What is trained, and where, once the first step is done."""
        subjects, receipt = self._recorder.trained, self._receipt
        assert receipt.command is not None
        receipt.code = code_of(Path(receipt.command.script))  # by now it has imported its own
        sizes = {name: list(p.shape) for name, p in subjects.parameters.items()}
        receipt.model = ModelRecord(
            name=Path(receipt.code.script or "script").stem,
            architecture="\n".join(f"{name} {size}" for name, size in sizes.items()),
            parameters=sum(p.numel() for p in subjects.parameters.values()),
            trainable=sum(p.numel() for p in subjects.parameters.values() if p.requires_grad),
        )
        receipt.optimizers = {
            name: OptimizerRecord(
                name=type(optimizer).__name__,
                groups=[
                    {
                        "lr": float(group["lr"]),
                        "parameters": sum(p.numel() for p in group["params"]),
                    }
                    for group in optimizer.param_groups
                ],
            )
            for name, optimizer in subjects.optimizers.items()
        }
        devices = {p.device.type for p in subjects.parameters.values()} - {"cpu"}
        receipt.environment = environment(next(iter(devices), "cpu"))

    def close(self, code: int) -> None:
        """The script has ended with this exit code: seal the receipt."""
        # By now the function that made them may have returned.
        receipt, subjects = self._receipt, self._recorder.trained
        if self._alive:
            try:
                self._recorder.flush()
            except OSError as error:
                self._end(error)
        receipt.steps_root = self._log.root.hex() if self._log.at else None
        if self._begun:
            trained = {**subjects.parameters, **subjects.buffers}
            receipt.last_weights_sha256 = weights_sha256(dict(trained))
        receipt.run.status = "failed" if code else "finished"
        receipt.run.error = f"exit code {code}" if code else None
        try:
            self._log.close()
            receipt.seal = receipts.digest(receipt.model_dump_json())
            receipts.write(self._directory, receipt)
        except OSError as error:
            log.warning("the receipt cannot be sealed: %s", error.strerror or first_line(error))


@contextmanager
def recorded(
    stream: Stream, directory: Path, command: CommandRecord, budget: float = 0.02
) -> Generator[Recorded]:
    """Record what a stream tells; the one who runs the script calls `close` with its exit code.

    Raises:
        ConfigError: if the directory is not empty.
        RunError: if it cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise ConfigError(
                "the folder is not empty", str(directory), "Name another with --out DIR"
            )
    except OSError as error:
        raise RunError(
            f"the folder cannot be made: {error.strerror}",
            str(directory),
            "Name another with --out",
        ) from None
    lock = RunLock(directory)
    lock.acquire()
    try:
        reader = Recorded(stream, directory, command, budget)
        with stream.read_by(reader):
            yield reader
    finally:
        lock.release()
