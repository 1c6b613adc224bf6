"""`fourbeat verify`: is everything as it was when the run was sealed?"""

from pathlib import Path
from typing import Annotated

import typer

from fourbeat.cli.options import Json, RunDir, TrustCode


def verify(
    run: RunDir,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Resume from its checkpoint, aside, and meet the recorded steps."
        ),
    ] = False,
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Hash everything again, and name what changed."""
    if resume:
        prove(run, trust_code=trust_code, as_json=as_json)
        return
    from fourbeat.cli.summary import dump
    from fourbeat.receipt.verify import verify as check

    checked, problems = check(run)
    if as_json:
        dump({"run": str(run), "checked": checked, "problems": problems})
    else:
        for problem in problems:
            print(problem)
        print(
            f"{len(problems)} of {checked} changed"
            if problems
            else f"{checked} checked, all as sealed"
        )
    if problems:
        raise typer.Exit(1)


def prove(run: Path, *, trust_code: bool, as_json: bool) -> None:
    """Whether a resume meets what was recorded."""
    from fourbeat.cli.reproduce import show
    from fourbeat.cli.summary import dump
    from fourbeat.reproduce.reproduce import described, prove_resume

    found = prove_resume(run, trust_code=trust_code)
    if as_json:
        dump({"run": str(run), **described(found)})
    else:
        show(found)
    if not found.same:
        raise typer.Exit(3)
