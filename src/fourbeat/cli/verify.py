"""`fourbeat verify`: is everything as it was when the run was sealed?"""

from typing import Annotated

import typer

from fourbeat.cli.options import AllowInexact, Json, RunDir, TrustCode, users_prints_aside


def verify(
    run: RunDir,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Resume from its checkpoint, aside, and meet the recorded steps."
        ),
    ] = False,
    allow_inexact: AllowInexact = False,
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Hash everything again, and name what changed."""
    if resume:
        from fourbeat.cli.reproduce import tell
        from fourbeat.reproduce.reproduce import prove_resume

        with users_prints_aside():
            found = prove_resume(run, allow_inexact=allow_inexact, trust_code=trust_code)
        tell(run, found, as_json=as_json)
        return
    from fourbeat.cli.summary import dump
    from fourbeat.receipt.verify import verify as check
    from fourbeat.record.check import check as check_record

    checked, problems = check(run)
    recorded, damage = check_record(run)
    checked, problems = checked + recorded, problems + damage
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
