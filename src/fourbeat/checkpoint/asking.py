"""Questions from another process to the one that trains a run, by files in its directory."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, cast

from fourbeat.checkpoint import files
from fourbeat.checkpoint.lock import NAME as LOCK
from fourbeat.checkpoint.lock import read_holder
from fourbeat.errors import RunError

ASK, ANSWER = ".ask.json", ".answer.json"

Wish = Literal["pause", "go on", "checkpoint"]

LOOK_SECONDS = 0.1
"""Time between two looks for a question; and for its answer."""


class Asked:
    """The side of the process that trains.

    Args:
        directory: of the run; a question from before is forgotten.
    """

    def __init__(self, directory: Path):
        self._directory = directory
        self._next = 0.0
        self._id = ""
        for name in (ASK, ANSWER):
            (directory / name).unlink(missing_ok=True)

    def look(self, now: float) -> Wish | None:
        """What was asked since the last look, at most ten times a second.

        Args:
            now: `time.perf_counter()`.
        """
        if now < self._next:
            return None
        self._next = now + LOOK_SECONDS
        found = read(self._directory / ASK)
        if not found or found.get("id") == self._id or found.get("wish") not in Wish.__args__:
            return None
        self._id = found["id"]
        return found["wish"]

    def waited_for(self) -> bool:
        """Whether whoever asked last still waits; a question that timed out is taken back."""
        found = read(self._directory / ASK)
        return found is not None and found.get("id") == self._id

    def answer(self, **values: Any) -> None:
        """Say what was done."""
        text = json.dumps({"id": self._id, **values})
        with suppress(OSError):  # nobody may be waiting, and training goes on
            files.write_text(self._directory / ANSWER, text)


def ask(directory: Path, wish: Wish, seconds: float) -> dict[str, Any]:
    """Ask the process that trains a run, and wait for its answer.

    Args:
        directory: of the run.
        wish: what it is to do.
        seconds: to wait at most.

    Raises:
        RunError: if no process trains it, or it does not answer in time.
    """
    if holder(directory) is None:
        raise RunError(
            "no process trains this run", str(directory), "`fourbeat runs DIR` shows which do"
        )
    identity, end = secrets.token_hex(8), time.monotonic() + seconds
    with turn(directory, end):
        files.write_text(directory / ASK, json.dumps({"id": identity, "wish": wish}))
        try:
            while time.monotonic() < end:
                found = read(directory / ANSWER)
                if found and found.get("id") == identity:
                    return found
                if holder(directory) is None:
                    raise RunError("the process that trained it has ended", str(directory))
                time.sleep(LOOK_SECONDS)
        finally:  # nobody waits any more: what was not heard yet is taken back
            (directory / ASK).unlink(missing_ok=True)
    raise RunError(
        f"no answer within {seconds:g} s: it may be validating",
        str(directory),
        "Ask again; --wait SECONDS waits longer",
    )


@contextmanager
def turn(directory: Path, end: float) -> Generator[None]:
    """One process asks at a time: there is room for one question.

    Args:
        directory: of the run.
        end: when to wait no longer, by `time.monotonic()`.

    Raises:
        RunError: if others ask until then.
    """
    folder = os.open(directory, os.O_RDONLY)
    try:
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise RunError(
                        "another process asks the run something, and has no answer yet",
                        str(directory),
                        "Ask again; --wait SECONDS waits longer",
                    ) from None
                time.sleep(LOOK_SECONDS)
        yield
    finally:
        os.close(folder)


def holder(directory: Path) -> str | None:
    """Who trains a run, as its lock says; None if nobody does."""
    try:
        file = os.open(directory / LOCK, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return read_holder(file)
    finally:
        os.close(file)


def read(path: Path) -> dict[str, Any] | None:
    """A small file of plain values, None if there is none that is whole."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return cast(dict[str, Any], found) if isinstance(found, dict) else None
