"""`fourbeat resume`: go on with a run that stopped."""

from fourbeat.cli import asking
from fourbeat.cli.options import AllowInexact, Json, RunDir, TrustCode, users_prints_aside


def resume(
    run: RunDir,
    allow_inexact: AllowInexact = False,
    trust_code: TrustCode = False,
    as_json: Json = False,
) -> None:
    """Go on with a run that stopped, from its last checkpoint, to the same bits.

    A run that `fourbeat pause RUN` holds is told to go on.
    """
    from fourbeat.checkpoint.asking import holder

    if holder(run) is not None:
        asking.go_on(run, as_json=as_json)
        return
    from fourbeat.cli.summary import print_outcome
    from fourbeat.job.resume import resume as go_on

    with users_prints_aside():
        receipt = go_on(run, allow_inexact=allow_inexact, trust_code=trust_code)
    print_outcome(run, receipt, as_json=as_json)
