"""`fourbeat record`: a script's step history, with no edits."""

from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli.script import Arguments, Module, Script, options_after
from fourbeat.errors import ConfigError

Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", help="Where the history goes. Default: the first free runs/SCRIPT."
    ),
]


def record(
    script: Script, arguments: Arguments = None, out: Out = None, module: Module = False
) -> None:
    """Run a script as `python` would, and record every step: loss, norms, times, rows, fingerprint.

    `fourbeat.history(DIR)` reads it, also while the script runs.
    """
    own, arguments = options_after(arguments or [], ("--out",))
    out = Path(own["--out"]) if "--out" in own else out
    from fourbeat.observe.attach import attach
    from fourbeat.record.beside import recorded
    from fourbeat.script.run import find, run

    program = find(script, module=module)
    directory = (out or first_free(script)).absolute()
    if directory.exists() and any(directory.iterdir()):
        raise ConfigError("the folder is not empty", str(directory), "Name another with --out DIR")
    with attach() as stream, recorded(stream, directory):
        code = run(program, arguments)
    raise typer.Exit(code)


def first_free(script: str) -> Path:
    """`runs/<script>`, or `runs/<script>-2` where that is taken."""
    name = Path(script).stem
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(path for name in names if not (path := Path("runs") / name).exists())
