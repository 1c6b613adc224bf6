"""`fourbeat pause`: a debugger in a script's own frame, just before an update."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer

from fourbeat.cli.script import Arguments, Module, Script, options_after
from fourbeat.errors import ConfigError

At = Annotated[
    int | None, typer.Option(min=0, metavar="N", help="Pause at the step with this number, from 0.")
]
When = Annotated[
    str | None,
    typer.Option(
        metavar="CONDITION",
        help="Pause before every update at which it holds, such as "
        "'grad_norm > 100 or not finite(loss)'.",
    ),
]


def pause(
    script: Script,
    arguments: Arguments = None,
    at: At = None,
    when: When = None,
    module: Module = False,
) -> None:
    """Run a script as `python` would, and stop just before an update, in the script's own frame.

    At the prompt all of pdb works, and ns (next step), skip, go, beats, fb.step.

    A condition knows step, epoch, loss, lr, grad_norm, weight_norm, update_norm,
    update_ratio (the last four also of layer("fc1")), finite(x), spike(x, 3), abs, min, max.
    """
    own, arguments = options_after(arguments or [], ("--at", "--when"))
    if "--at" in own:
        try:
            at = int(own["--at"])
        except ValueError:
            at = -1
    when = own.get("--when", when)
    if at is None and when is None:
        raise ConfigError("nothing says where to pause", "pause", "Say --at N or --when CONDITION")
    if at is not None and at < 0:
        raise ConfigError("a step's number is a whole number from 0", "--at", "Say --at 47, say")
    from fourbeat.observe.attach import attach
    from fourbeat.script.run import find, run

    program = find(script, module=module)
    with pausing(at, when), attach():
        code = run(program, arguments)
    raise typer.Exit(code)


@contextmanager
def pausing(at: int | None, when: str | None) -> Generator[None]:
    """Pause the training within, whatever trains; and say so if it never came to it."""
    if at is None and when is None:
        yield
        return
    from fourbeat.observe.stream import watching
    from fourbeat.pause.prompt import stop
    from fourbeat.pause.reader import Pause

    pauses = Pause(at, when, stop)
    with watching(pauses.watch):
        yield
    if not pauses.paused:
        print(f"fourbeat: no pause; {pauses.steps} steps went by", file=sys.stderr)
