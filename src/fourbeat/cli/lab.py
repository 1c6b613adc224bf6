"""`fourbeat lab`: short scripts to learn from. Predict first, run, compare."""

import ast
import difflib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any

import typer

from fourbeat.cli.options import Json
from fourbeat.errors import ConfigError, FourbeatError
from fourbeat.labs import ROWS

lab = typer.Typer(
    no_args_is_help=True, help="Short scripts to learn from: predict first, run, compare."
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the lab; see `fourbeat lab list`.")]


@lab.command("list")
def list_labs(as_json: Json = False) -> None:
    """List the labs in an order to read them in, with the rows of the lessons they show."""
    from rich.table import Table

    from fourbeat.cli.summary import dump, plain_console

    if as_json:
        labs = [{"name": n, "title": title(n), "rows": rows.split()} for n, rows in ROWS.items()]
        dump({"labs": labs})
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("lab", "title", "rows"):
        table.add_column(name)
    for name, rows in ROWS.items():
        table.add_row(name, title(name), rows)
    plain_console().print(table)


@lab.command("run")
def run_lab(
    name: Name,
    out: Annotated[
        Path | None, typer.Option(help="Where its picture goes. Default: runs/labs/NAME.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Ask the lab's question, run it, and show figures, answer and picture."""
    if name not in ROWS:
        near = difflib.get_close_matches(name, ROWS, n=3, cutoff=0.5)
        raise ConfigError(
            f"no lab is named {name!r}",
            "lab run",
            f"Did you mean {' or '.join(near)}?" if near else "See `fourbeat lab list`",
        )
    from fourbeat.cli.options import users_prints_aside
    from fourbeat.cli.summary import dump
    from fourbeat.labs.play import HOME, play

    module: Any = import_module(f"fourbeat.labs.{name}")
    directory = out or HOME / name
    picture = directory / f"{name}.png"
    try:  # a lab that cannot write is better told so before it runs
        directory.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=directory).close()
    except OSError as error:
        raise FourbeatError(
            f"the picture cannot be written: {error.strerror}", str(directory), "Say --out DIR"
        ) from None
    if not as_json:
        play(module.__doc__, module.PREDICT, module.run, module.COMPARE, directory)
        print(f"\npicture  {picture}")
        return
    with users_prints_aside():
        figures = module.run(directory)
    dump(
        {
            "lab": name,
            "title": title(name),
            "question": module.PREDICT,
            "figures": figures,
            "answer": module.COMPARE.format(**figures),
            "picture": str(picture),
        }
    )


def title(name: str) -> str:
    """The first line of a lab's docstring, read without running the lab."""
    spec = find_spec(f"fourbeat.labs.{name}")
    assert spec is not None
    assert spec.origin is not None
    doc = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return doc.partition("\n")[0]
