"""`fourbeat reproduce`: a run again, from its receipt alone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fourbeat.cli.options import Json, TrustCode, users_prints_aside
from fourbeat.errors import ConfigError

if TYPE_CHECKING:
    from fourbeat.reproduce.reproduce import Reproduction


def reproduce(
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN|receipt.json", help="A run's directory, or its receipt alone."),
    ],
    out: Annotated[
        Path | None, typer.Option(help="Where to train it again. Default: RUN-again.")
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(help="Where the data is now: PATH, or NAME=PATH for one of several files."),
    ] = None,
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Train a run again in a new directory: the same weights, or the first difference and why."""
    from fourbeat.reproduce.reproduce import reproduce as again

    paths = named(data or [])
    with users_prints_aside():
        found = again(run, out, paths=paths, trust_code=trust_code)
    tell(run, found, as_json=as_json)


def tell(run: Path, found: "Reproduction", *, as_json: bool) -> None:
    """What came of it; exits with 3 where the bits are others."""
    from fourbeat.cli.summary import dump
    from fourbeat.reproduce.reproduce import described

    if as_json:
        dump({"run": str(run), **described(found)})
    else:
        show(found)
    if not found.same:
        raise typer.Exit(3)


def named(data: list[str]) -> dict[str, Path]:
    """`--data NAME=PATH` by name; a path alone stands for the table."""
    paths: dict[str, Path] = {}
    for text in data:
        name, equals, path = text.rpartition("=")
        paths[name if equals else "data"] = Path(path)
        if not Path(path).exists():
            raise ConfigError("no such file or folder", f"--data {text}")
    return paths


def show(found: "Reproduction") -> None:
    """The comparison for people."""
    if found.verified:
        begun = f" from step {found.start}" if found.start else ""
        print(f"steps    {found.verified:,} done again{begun}, equal to what was recorded")
    for name, (before, now) in found.weights.items():
        if before is not None:
            equal = "equal" if before == now else f"was {before[:16]}…"
            print(f"weights  {name}: sha256 {(now or 'none')[:16]}…, {equal}")
    if found.first:
        print(f"differs  {found.first}")
    for text in found.why:
        print(f"although {text}" if found.same else f"because  {text}")
    print("the same bits" if found.same else "NOT the same bits")
    if found.directory is not None:
        print(f"run      {found.directory}")
