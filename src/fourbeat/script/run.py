"""`python script.py arguments`, within this process."""

import io
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from fourbeat.errors import ConfigError
from fourbeat.script import notebook
from fourbeat.script.stop import Stopped
from fourbeat.script.trace import without_ours

INTERRUPTED = 130
"""Exit code of a script that Ctrl-C ended."""


@dataclass(frozen=True, slots=True)
class Program:
    """A script, found and not yet run.

    Attributes:
        name: as `sys.argv[0]` will have it.
        file: as `__file__` will have it.
        folder: that imports look in first.
        module: of `-m`, None for a file.
    """

    name: str
    file: str
    folder: str
    loader: Any
    spec: ModuleSpec | None = None

    def codes(self) -> list[CodeType]:
        """Compiled; of a notebook each cell by itself.

        Raises:
            SyntaxError: as Python does.
        """
        if self.spec is not None:
            return [self.loader.get_code(self.spec.name)]
        if self.file.endswith(".ipynb"):
            return notebook.codes(Path(self.file))
        with io.open_code(self.file) as file:
            return [compile(file.read(), self.file, "exec", dont_inherit=True)]

    def files(self) -> list[str]:
        """Under which names its code is known: one, or of a notebook one for each cell."""
        if self.file.endswith(".ipynb"):
            return list(notebook.cells(Path(self.file)))
        return [self.file]

    def main(self) -> ModuleType:
        """The module it will be."""
        made: Any = ModuleType("__main__")
        made.__file__ = self.file
        made.__loader__ = self.loader
        made.__spec__ = self.spec
        made.__package__ = self.spec.parent if self.spec is not None else None
        made.__builtins__ = sys.modules["builtins"]
        made.__cached__ = self.spec.cached if self.spec is not None else None
        made.__annotations__ = {}
        return made


def find(script: str, *, module: bool = False) -> Program:
    """Look where `python script`, or `python -m script`, would.

    Raises:
        ConfigError: if it is not there, or is no Python.
    """
    if module:
        return _find_module(script)
    path = Path(script)
    if path.is_dir():
        raise ConfigError("the script is a folder", script, "Name a file, or a module with -m")
    if not path.is_file():
        near = ". Say -m for a module" if "/" not in script and not path.suffix else ""
        raise ConfigError("no such script", script, f"Name a Python file{near}")
    if path.suffix == ".ipynb":
        notebook.cells(path)  # or refuse it before anything begins
    folder = os.path.dirname(os.path.realpath(script))
    file = os.path.join(os.getcwd(), script)
    return Program(script, file, folder, SourceFileLoader("__main__", file))


def _find_module(name: str) -> Program:
    if not sys.flags.safe_path:
        sys.path[0] = os.getcwd()
    spec = None
    try:
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = find_spec(f"{name}.__main__")
    except (ImportError, ValueError):
        spec = None
    if spec is None or spec.origin is None or not hasattr(spec.loader, "get_code"):
        raise ConfigError("no such module to run", f"-m {name}", "Name one that `python -m` runs")
    return Program(spec.origin, spec.origin, os.getcwd(), spec.loader, spec)


def run(
    program: Program,
    arguments: Sequence[str],
    raised: Callable[[BaseException], None] = lambda _: None,
) -> int:
    """Run a script as `__main__`; from here on the process is its own.

    Its `sys.argv`, `sys.path[0]`, working directory, streams and exit code are those that it has
    under `python`, worker processes find it as their main module, and threads that it leaves are
    waited for. An error that it does not catch is printed as Python prints it, without frames of
    fourbeat's.

    Args:
        program: the script.
        arguments: its own.
        raised: told of such an error, before it is printed.

    Returns:
        the exit code.

    Raises:
        Stopped: where it was told to end; its threads are not waited for.
    """
    main = sys.modules["__main__"] = program.main()
    sys.argv = [program.name, *arguments]
    if not sys.flags.safe_path:
        sys.path = [program.folder, *sys.path[1:]]
    code = _execute(program, main, raised)
    for thread in threading.enumerate():  # as Python does at its end
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    return code


def _execute(program: Program, main: ModuleType, raised: Callable[[BaseException], None]) -> int:
    try:
        for code in program.codes():
            exec(code, vars(main))  # noqa: S102
    except Stopped:
        raise
    except SystemExit as end:
        return _exit_code(end.code)
    except BaseException as error:
        raised(error)
        without_ours(error)
        sys.excepthook(type(error), error, error.__traceback__)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def _exit_code(code: Any) -> int:
    """What Python makes of the argument of `sys.exit`."""
    if code is None:
        return 0
    if isinstance(code, int):
        return int(code)
    print(code, file=sys.stderr)
    return 1
