"""`fourbeat eject`: a run as a script of plain PyTorch."""

from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli.options import Json, RunDir


def eject(
    run: RunDir,
    out: Annotated[
        Path | None, typer.Option(help="The script's file, a new one. Default: print it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print a run as a script of plain PyTorch that trains again to the same bits."""
    from fourbeat.checkpoint.files import write_text
    from fourbeat.cli.summary import dump
    from fourbeat.eject.script import eject as write_down
    from fourbeat.errors import FourbeatError

    if out is not None and out.exists():
        raise FourbeatError("the file is there already", str(out), "Choose another --out")
    script = write_down(run)
    if out is not None:
        write_text(out, script)
    if as_json:
        dump({"run": str(run), "script": script, "out": str(out) if out else None})
    elif out is not None:
        print(f"{len(script.splitlines()):,} lines -> {out}   (python {out})")
    else:
        print(script, end="")
