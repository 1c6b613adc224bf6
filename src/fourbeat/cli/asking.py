"""Verbs for a run that another process trains: pause it, let it go on, have a checkpoint written."""

from pathlib import Path
from typing import Annotated, Any

import typer

from fourbeat.cli.options import Json, RunDir
from fourbeat.errors import RunError, RunLockedError

Wait = Annotated[float, typer.Option("--wait", help="Seconds to wait for its answer.")]


def checkpoint(run: RunDir, wait: Wait = 60.0, as_json: Json = False) -> None:
    """Have the process that trains a run write a checkpoint now."""
    from fourbeat.checkpoint.asking import ask

    answer = ask(run, "checkpoint", wait)
    if as_json:
        tell({"run": str(run), **answer})
    elif answer["done"] == "checkpoint":
        print(f"checkpoint of step {answer['step']} in {run}")
    else:
        print(f"{run} is paused at step {answer['step']}: it writes one {answer['done']}")


def pause(run: Path, wait: float, *, as_json: bool) -> None:
    """Hold a run before its next update, and show where it stands."""
    from fourbeat.checkpoint.asking import ask

    answer = ask(run, "pause", wait)
    if as_json:
        tell({"run": str(run), **answer})
        return
    loss = "" if answer.get("loss") is None else f", loss {answer['loss']:.6g}"
    print(f"{run} is paused before the update of step {answer['step']}{loss}")
    layers: dict[str, dict[str, float]] = answer.get("layers") or {}
    if layers:
        from rich.table import Table

        from fourbeat.cli.summary import plain_console

        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("  parameter")
        for head in ("weight", "gradient"):
            table.add_column(head, justify="right")
        for name, norms in layers.items():
            table.add_row(f"  {name}", f"{norms['weight']:.4g}", f"{norms['gradient']:.4g}")
        plain_console().print(table)
    print(f"`fourbeat resume {run}` lets it go on")


def go_on(run: Path, *, as_json: bool) -> None:
    """Let a paused run go on."""
    from fourbeat.checkpoint.asking import ask, holder

    try:
        answer = ask(run, "go on", 2.0)
    except RunError:  # a paused run answers at once
        answer = {"done": "was not paused"}
    if answer["done"] == "was not paused":
        raise RunLockedError(
            f"the run is being trained by another process: {holder(run)}",
            str(run),
            "It is not paused: wait for it, or stop it",
        )
    if as_json:
        tell({"run": str(run), **answer})
    else:
        print(f"{run}: {answer['done']} at step {answer['step']}")


def tell(answer: dict[str, Any]) -> None:
    """An answer as one object."""
    from fourbeat.cli.summary import dump

    dump({key: value for key, value in answer.items() if key != "id"})
