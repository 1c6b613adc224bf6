"""`fourbeat record`: a script's step history, with no edits."""

import secrets
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli.script import Arguments, Module, Script, options_after

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
    import torch

    from fourbeat.checkpoint.rng import seed_others
    from fourbeat.observe.attach import attach
    from fourbeat.receipt.code import CommandRecord
    from fourbeat.script.recorded import recorded
    from fourbeat.script.run import find, run

    program = find(script, module=module)
    directory = (out or first_free(script)).absolute()
    command = CommandRecord(
        script=str(Path(program.file).absolute()),
        module=script if module else None,
        arguments=arguments,
        folder=str(Path.cwd()),
        torch_seed=torch.initial_seed(),
        random_seed=secrets.randbits(32),  # as good as the chance that they begin by, and known
    )
    assert command.random_seed is not None
    seed_others(command.random_seed)
    with attach() as stream, recorded(stream, directory, command) as reader:
        code = run(program, arguments)
        stream.end()
        reader.close(code)
    raise typer.Exit(code)


def first_free(script: str) -> Path:
    """`runs/<script>`, or `runs/<script>-2` where that is taken."""
    name = Path(script).stem
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(path for name in names if not (path := Path("runs") / name).exists())
