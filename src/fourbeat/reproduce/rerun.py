"""Have a run trained again: declared ones from their receipt, a script's by its script."""

import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from fourbeat.checkpoint.files import sha256
from fourbeat.config.options import PATHS
from fourbeat.config.sources import override
from fourbeat.errors import FourbeatError, InexactError, RunError, first_line
from fourbeat.job.reopen import declared, reopen
from fourbeat.job.train import train
from fourbeat.loop.directory import elsewhere
from fourbeat.observe.attach import attach
from fourbeat.observe.stream import Stream
from fourbeat.receipt.code import CommandRecord
from fourbeat.receipt.model import Receipt
from fourbeat.script.fresh import fresh
from fourbeat.script.recorded import recorded as record
from fourbeat.script.run import Program, find
from fourbeat.script.stop import Stop
from fourbeat.script.untouched import untouched

log = logging.getLogger("fourbeat")


class ScriptFailedError(RunError):
    """A script ended with an error of its own."""


def train_again(
    directory: Path,
    receipt: Receipt,
    scratch: Path,
    stop: Stop,
    *,
    recorded: bool = False,
    every: int | None = None,
    allow_inexact: bool,
    trust_code: bool,
) -> None:
    """Train a run again in another directory, from the checkpoint there if there is one.

    What the user's code prints goes to stderr.

    Args:
        directory: of the run.
        receipt: of the run.
        scratch: where to train.
        stop: ends a script, where it is asked to.
        recorded: whether to record there.
        every: steps between two checkpoints there; None for as the run did.
        allow_inexact: go on where the bits may differ.
        trust_code: run code that the receipt names, wherever it is.

    Raises:
        RunError: if it cannot be trained again.
        InexactError: if data, code or environment are not what they were.
    """
    with redirect_stdout(sys.stderr), quiet():
        if receipt.declared:
            ready = declared if allow_inexact else reopen
            config = ready(directory, receipt, trust_code=trust_code)
            settings: dict[str, Any] = {} if recorded else {"record.budget": 0}
            settings |= {} if every is None else {"train.checkpoint_every": every}
            # The environment is compared by who reads the steps.
            train(override(config, settings), scratch, allow_inexact=True)
            return
        command = trusted(directory, receipt, allow_inexact=allow_inexact, trust_code=trust_code)
        with guarded(scratch, command):
            if receipt.observed:
                with attach() as stream, kept(stream, scratch, command, recorded=recorded):
                    with stop:
                        run_script(command)
                    stream.end()
                return
            with elsewhere(directory, scratch, recorded=recorded), stop:
                run_script(command)


@contextmanager
def guarded(scratch: Path, command: CommandRecord) -> Generator[None]:
    """The files that a script writes are as they were, afterwards.

    Raises:
        RunError: if they cannot be put back; where their copies are.
    """
    folder = Path(tempfile.mkdtemp(prefix="fourbeat-files-"))
    with untouched(folder / "files", scratch) as journal:
        try:
            yield
        finally:
            try:
                changed = journal.put_back()
            except OSError as error:
                raise RunError(
                    f"files that the script wrote cannot be put back: {first_line(error)}",
                    command.script,
                    f"Copies of what they were are in {folder}",
                ) from error
            shutil.rmtree(folder, ignore_errors=True)
            changed = [path for path in changed if of_the_script(path, command.folder)]
            if changed:
                log.warning(
                    "%s ran again in %s; what it wrote there is as it was: %s",
                    Path(command.script).name,
                    command.folder,
                    listed([os.path.relpath(path, command.folder) for path in changed]),
                )


def of_the_script(path: str, folder: str) -> bool:
    """Whether a path is worth telling: what is temporary is not, but in the script's own folder."""
    return Path(path).is_relative_to(folder) or not Path(path).is_relative_to(tempfile.gettempdir())


def listed(names: list[str]) -> str:
    """The first few names, and how many more."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


@contextmanager
def quiet() -> Generator[None]:
    """Nothing is said of how the training goes, but for warnings."""
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def kept(
    stream: Stream, directory: Path, command: CommandRecord, *, recorded: bool
) -> Generator[None]:
    """Record an observed script, if it is to be recorded."""
    if not recorded:
        yield
        return
    with record(stream, directory, command) as reader:
        code = 1
        try:
            yield
            code = 0
        finally:
            reader.close(code)


def moved(receipt: Receipt, paths: Mapping[str, Path]) -> Receipt:
    """A receipt whose data lies elsewhere now."""
    if not paths or receipt.config is None or receipt.data is None:
        return receipt
    now = {old: str(new.absolute()) for old, new in paths.items()}
    files = [
        f.model_copy(update={"path": now.get(f.path or "", f.path)}) for f in receipt.data.files
    ]
    tree = dict(receipt.config)
    for section, key in PATHS:
        if isinstance(tree.get(section), dict) and tree[section].get(key) in now:
            tree[section] = {**tree[section], key: now[tree[section][key]]}
    data = receipt.data.model_copy(update={"files": files})
    return receipt.model_copy(update={"config": tree, "data": data})


def trusted(
    directory: Path, receipt: Receipt, *, allow_inexact: bool, trust_code: bool
) -> CommandRecord:
    """The script of a run, if it may be run again.

    A receipt may come from anywhere. So its script is run only if it is the very one that trained,
    and lies in the folder where the user stands; or if the user says so.

    Raises:
        RunError: if there is no script, or it may not be run.
        InexactError: if it has changed.
    """
    command = receipt.command
    if command is None:
        raise RunError(
            "the run was trained in an interactive session, or on a frame in memory",
            str(directory),
            "Only a script or a declared run can be trained again",
        )
    script = Path(command.script)
    if not script.is_file():
        raise RunError("the run's script is gone", str(script), "Put it back, then try again")
    if sha256(script) != receipt.code.script_sha256 and not allow_inexact:
        raise InexactError(
            "the script has changed since the run began",
            str(script),
            "Put it back, or go on with --allow-inexact",
        )
    if not trust_code and not script.resolve().is_relative_to(Path.cwd().resolve()):
        raise RunError(
            "the run's script lies outside of the current folder",
            str(script),
            "Go to its folder; or read it, then say --trust-code",
        )
    return command


def run_script(command: CommandRecord) -> None:
    """Run a script to its end, in this process, as `__main__`."""
    with as_main(command) as (program, main):
        try:
            for code in program.codes():
                exec(code, vars(main))  # noqa: S102
        except FourbeatError:
            raise
        except Exception as error:
            raise ScriptFailedError(
                f"the script failed: {type(error).__name__}: {error}",
                command.script,
                "--debug shows where",
            ) from error
        except SystemExit as end:
            if end.code == 128 + signal.SIGTERM:
                raise  # it was told to
            if end.code not in (None, 0):
                raise ScriptFailedError(
                    f"the script ended with exit({end.code!r})", command.script
                ) from end


@contextmanager
def as_main(command: CommandRecord) -> Generator[tuple[Program, ModuleType]]:
    """Have the process look as it did to the script, for a while."""
    before = sys.modules["__main__"], sys.argv, list(sys.path), Path.cwd()
    try:
        os.chdir(command.folder)
        program = find(command.module or command.script, module=command.module is not None)
        main = sys.modules["__main__"] = program.main()
        sys.argv = [program.name, *command.arguments]
        sys.path.insert(0, program.folder)
        with fresh(Path(program.folder), command):
            yield program, main
    finally:
        sys.modules["__main__"], sys.argv, sys.path[:] = before[:3]
        os.chdir(before[3])
