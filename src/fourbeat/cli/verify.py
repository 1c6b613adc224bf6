"""`fourbeat verify`: is everything as it was when the run was sealed?"""

import typer

from fourbeat.cli.options import Json, RunDir


def verify(run: RunDir, as_json: Json = False) -> None:
    """Hash everything again, and name what changed."""
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
