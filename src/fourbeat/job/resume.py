"""Go on with a declared run from its receipt alone."""

from pathlib import Path

from fourbeat.errors import RunError
from fourbeat.job.reopen import reopen
from fourbeat.job.train import train
from fourbeat.receipt import model as receipts
from fourbeat.receipt.model import Receipt


def resume(directory: Path, *, allow_inexact: bool = False, trust_code: bool = False) -> Receipt:
    """Train on from the last checkpoint; a finished run is left as it is.

    Args:
        directory: of the run.
        allow_inexact: see `Run`.
        trust_code: import the `module:factory` that the receipt names.

    Raises:
        RunError: if there is no run, or it declares no table in a file.
        InexactError: if the data changed, or the environment did and `allow_inexact` is not set.
    """
    receipt = receipts.read(directory)
    if receipt.observed:
        raise RunError(
            "a plain script was recorded here, and has no checkpoint to go on from",
            str(directory),
            "`fourbeat reproduce` runs it again; a loop in fourbeat.Run can be resumed",
        )
    if receipt.run.status == "finished":
        return receipt
    if not receipt.declared:
        raise RunError(
            "the run was trained by a script, or on a frame in memory",
            str(directory),
            "Run the script again: it goes on",
        )
    config = reopen(directory, receipt, trust_code=trust_code)
    return train(config, directory, allow_inexact=allow_inexact).receipt
