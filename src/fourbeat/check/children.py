"""Processes that a script starts by `multiprocessing` are looked at, too."""

import json
import os
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from fourbeat.check.facts import Facts
from fourbeat.finding import Finding, Place
from fourbeat.observe import attach
from fourbeat.observe.finer import Raised
from fourbeat.observe.patch import Function, around

NOT = ("multiprocessing.", "concurrent.", "torch.utils.data.")
"""Whose own workers are none of the script's: pools, and those that load data."""

_facts: list[Facts] = []
"""Of this process, or of the one that it was forked from."""


class Child:
    """What a process is to do, with the rules looking on.

    Args:
        target: that it was to do.
        folder: where findings go.
    """

    def __init__(self, target: Callable[..., Any], folder: str):
        self._target = target
        self._folder = folder

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do it."""
        if _facts:
            context = going_on(_facts[-1])
        else:
            from fourbeat.check.watch import checking

            context = checking()
        with context as facts:
            facts.folder = Path(self._folder)
            try:
                return self._target(*args, **kwargs)
            finally:
                facts.stream.end()
                with suppress(OSError):  # a full disk, or a parent that is gone
                    write(Path(self._folder) / f"{os.getpid()}.json", facts)


@contextmanager
def going_on(facts: Facts) -> Generator[Facts]:
    """In a fork: go on looking with what was known before it."""
    attach.go_on()
    facts.steps = 0
    try:
        yield facts
    except BaseException as error:
        facts.stream.emit(Raised(error))
        raise


@contextmanager
def following(facts: Facts) -> Generator[None]:
    """Have the processes that the script starts report to `facts` as well."""
    with ExitStack() as stack:
        folders: list[str] = []

        def shared() -> str:
            """The folder that they share, made for the first of them."""
            if not folders:
                made = tempfile.TemporaryDirectory(prefix="fourbeat-check-")
                folders.append(stack.enter_context(made))
            return folders[0]

        def making(original: Function) -> Function:
            def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807
                original(self, *args, **kwargs)
                target = self._target
                module = str(getattr(target, "__module__", ""))
                if target is not None and not module.startswith(NOT):
                    self._target = Child(target, shared())

            return __init__

        around(stack, BaseProcess, "__init__", making)
        _facts.append(facts)
        stack.callback(_facts.clear)
        process = os.getpid()
        try:
            yield
        finally:
            if os.getpid() == process and folders:
                for file in sorted(Path(folders[0]).glob("*.json")):
                    steps, found = read(file)
                    facts.steps += steps
                    for finding in found:
                        facts.add(finding)


def write(file: Path, facts: Facts) -> None:
    """Write steps and findings of a process."""
    found = [asdict(finding) for finding in facts.findings.values()]
    file.write_text(json.dumps({"steps": facts.steps, "findings": found}, default=str), "utf-8")


def read(file: Path) -> tuple[int, list[Finding]]:
    """Steps and findings of a process; nothing if it was killed as it wrote."""
    try:
        found: Any = json.loads(file.read_text("utf-8"))
    except ValueError:
        return 0, []
    findings: list[Finding] = []
    for row in found["findings"]:
        place = Place(**row.pop("place")) if row["place"] else None
        findings.append(Finding(place=place, **{k: v for k, v in row.items() if k != "place"}))
    return found["steps"], findings
