"""`fourbeat pause`: a debugger in a script's own frame, just before an update."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli import asking
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

    Or hold a run that another process trains: `fourbeat pause RUN`, then `fourbeat resume RUN`.

    At the prompt all of pdb works, and ns (next step), skip, go, beats, fb.step.

    A condition knows step, epoch, loss, lr, grad_norm, weight_norm, update_norm,
    update_ratio (the last four also of layer("fc1")), finite(x), spike(x, 3), abs, min, max.
    """
    if Path(script).is_dir() and not module:
        hold(Path(script), arguments or [], asked=at is not None or when is not None)
        return
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


def hold(run: Path, arguments: list[str], *, asked: bool) -> None:
    """Hold a run that another process trains."""
    own, rest = options_after([word for word in arguments if word != "--json"], ("--wait",))
    if rest or asked:
        raise ConfigError(
            "a run that trains is held at its next update",
            " ".join(rest) or str(run),
            "Say `fourbeat pause RUN` alone, or with --json and --wait SECONDS",
        )
    try:
        seconds = float(own.get("--wait", "60"))
    except ValueError:
        raise ConfigError("a number of seconds is needed", "--wait", "Say --wait 10") from None
    asking.pause(run, seconds, as_json="--json" in arguments)


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
