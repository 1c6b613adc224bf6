"""`fourbeat replay`: a step again, from the nearest snapshot, verified on the way."""

import code
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fourbeat.cli.options import AllowInexact, Json, RunDir, TrustCode, users_prints_aside
from fourbeat.errors import ConfigError

if TYPE_CHECKING:
    from fourbeat.reproduce.replay import Replayed
    from fourbeat.reproduce.seen import Seen

SHOWN = 24
"""Parameters in a table, those with the largest updates for their weights."""


def replay(
    run: RunDir,
    step: Annotated[
        int | None, typer.Option(help="Steps done before it, counted from 0.", show_default=False)
    ] = None,
    first: Annotated[int | None, typer.Option("--from", help="The first of several steps.")] = None,
    last: Annotated[int | None, typer.Option("--to", help="The last of them.")] = None,
    shell: Annotated[
        bool, typer.Option("--shell", help="Open Python there, just before the update.")
    ] = False,
    dump: Annotated[
        Path | None, typer.Option(help="Write batch, outputs, weights, gradients and updates.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="a.b=VALUE", help="Train on from there with another setting."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where that new run goes. Default: RUN-branch.")
    ] = None,
    allow_inexact: AllowInexact = False,
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Do a step again and show its four beats, layer by layer; every step on the way is verified."""
    if step is not None and (first, last) == (None, None):
        first = last = step
    if step is not None and (first, last) != (step, step):
        raise ConfigError("--step overlaps --from and --to", "", "Give one or the other")
    if first is None or last is None or not 0 <= first <= last:
        raise ConfigError("no step is named", "", "Say --step N, or --from N --to M with N <= M")
    if settings or out:
        if first != last or not settings:
            raise ConfigError("a branch begins at one step", "", "Say --step N and --set a.b=VALUE")
        go_on(run, first, settings, out, allow_inexact, trust_code, as_json=as_json)
        return
    if shell and (first != last or as_json):
        raise ConfigError("--shell opens one step", "", "Say --step N, without --json")
    from fourbeat.reproduce.dump import described
    from fourbeat.reproduce.dump import dump as write
    from fourbeat.reproduce.replay import replay_steps

    steps = range(first, last + 1)
    with users_prints_aside():
        found = replay_steps(run, steps, allow_inexact=allow_inexact, trust_code=trust_code)
    files = [str(write(found.seen[number], dump)) for number in steps] if dump else []
    if as_json:
        from fourbeat.cli.summary import dump as as_object

        pages = [described(found.seen[number]) for number in steps]
        head = {
            "run": str(run),
            "verified": not found.differences,
            "differences": found.differences,
            "start": found.start,
            "steps_verified": found.verified,
            "notes": found.notes,
            "files": files,
        }
        as_object({**head, **pages[0]} if step is not None else {**head, "steps": pages})
    else:
        show(run, found, files)
    if shell:
        open_shell(found.seen[first])
    if found.differences:
        raise typer.Exit(3)


def go_on(
    run: Path,
    step: int,
    settings: list[str],
    out: Path | None,
    allow_inexact: bool,
    trust_code: bool,
    *,
    as_json: bool,
) -> None:
    """Train on from a step with other settings."""
    from fourbeat.cli.summary import print_outcome
    from fourbeat.config.sources import parsed
    from fourbeat.reproduce.branch import branch

    with users_prints_aside():
        directory, receipt = branch(
            run,
            step,
            dict(map(parsed, settings)),
            out,
            allow_inexact=allow_inexact,
            trust_code=trust_code,
        )
    print_outcome(directory, receipt, as_json=as_json)


def show(run: Path, found: "Replayed", files: list[str]) -> None:
    """The steps for people."""
    from fourbeat.cli.summary import plain_console

    console = plain_console()
    for note in found.notes:
        console.print(note)
    begun = f"the snapshot of step {found.start}" if found.start else "the beginning"
    equal = f"{found.verified:,} steps done again, all equal to what was recorded"
    console.print(f"{run}: from {begun}, {equal}" if not found.differences else f"{run}: INEXACT")
    for line in found.differences[:5]:
        console.print(f"  {line}")
    for seen in found.seen.values():
        print_step(console, seen)
    for file in files:
        console.print(f"-> {file}")


def print_step(console: Any, seen: "Seen") -> None:
    """One step: four beats, and a line for each parameter."""
    from rich.table import Table

    from fourbeat.data.batch import describe

    console.print(f"\nstep {seen.number}, epoch {seen.epoch}")
    rows = seen.rows
    shown = "" if rows is None else f"; rows {', '.join(map(str, rows[:8].tolist()))}"
    more = ", …" if rows is not None and len(rows) > 8 else ""
    times = {part: f"{1e3 * seconds:.3g} ms" for part, seconds in seen.seconds.items()}
    batches = " + ".join(describe(batch) for batch in seen.batches)
    outputs = " + ".join(describe(out) for _, out in seen.outputs)
    losses = ", ".join(f"{name} {loss.item():.6g}".strip() for name, loss in named(seen))
    norms = ", ".join(f"{norm:.4g}" for norm in seen.grad_norms.values())
    rates = ", ".join(f"{rate:.4g}" for group in seen.rates.values() for rate in group)
    for part, text in (
        ("data", f"{batches}{shown}{more}"),
        ("forward", outputs),
        ("loss", losses),
        ("backward", f"gradients' norm {norms}"),
        ("update", f"learning rate {rates}"),
    ):
        console.print(f"  {part:9}{times[part]:>9}  {text}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("  parameter")
    for head in ("weight", "gradient", "update", "update/weight"):
        table.add_column(head, justify="right")
    largest = sorted(seen.layers.items(), key=lambda item: -largeness(item[1].ratio))
    names = {name for name, _ in largest[:SHOWN]}
    for name, norm in seen.layers.items():
        if name in names:
            figures = (norm.weight, norm.gradient, norm.update, norm.ratio)
            table.add_row(f"  {name}", *(f"{figure:.4g}" for figure in figures))
    console.print(table)
    if len(largest) > SHOWN:
        console.print(f"  and {len(largest) - SHOWN} more with smaller updates; --json has all")


def named(seen: "Seen") -> list[tuple[str, Any]]:
    """The losses, with their optimizer's name where there are several."""
    several = len({name for name, _ in seen.losses}) > 1
    return [(name if several else "", loss) for name, loss in seen.losses]


def largeness(ratio: float) -> float:
    """For sorting: what is no number comes first."""
    return ratio if ratio == ratio else float("inf")


def open_shell(seen: "Seen") -> None:
    """Python with the step's live objects."""
    import torch

    import fourbeat

    seen.rewind()
    names = {
        "step": seen,
        "model": seen.model,
        "optimizer": next(iter(seen.optimizers.values()), None),
        "batch": seen.batch,
        "logits": seen.logits,
        "loss": seen.loss,
        "torch": torch,
        "fb": fourbeat,
    }
    banner = (
        f"Step {seen.number}, just before the update: weights as they were, gradients in .grad.\n"
        f"At hand: {', '.join(names)}."
    )
    code.interact(banner=banner, local=names, exitmsg="")
