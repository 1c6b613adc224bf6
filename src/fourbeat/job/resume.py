"""Go on with a declared run from its receipt alone."""

from pathlib import Path

from fourbeat.code import is_code
from fourbeat.config.sources import check
from fourbeat.data import folders
from fourbeat.errors import InexactError, RunError
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
    if receipt.run.status == "finished":
        return receipt
    if not receipt.declared:
        raise RunError(
            "the run was trained by a script, or on a frame in memory",
            str(directory),
            "Run the script again: it goes on",
        )
    assert receipt.config is not None
    assert receipt.data is not None
    config = check(receipt.config, place=str(directory / receipts.NAME))
    named = [name for name in (config.data.factory, config.model.name) if name and is_code(name)]
    if named and not trust_code:
        raise RunError(
            f"the run is made by code: {', '.join(map(repr, named))}",
            str(directory),
            "Read it, then say --trust-code",
        )
    changed: list[str] = []
    for file in receipt.data.files:
        path = Path(file.path or "")
        if not path.exists():
            raise RunError("the run's data is gone", str(path), "Put it back, then resume")
        if not folders.unchanged(path, file.sha256):
            changed.append(f"{path} has changed since the run began")
    if changed:
        raise InexactError("; ".join(changed), str(directory), "Train anew on the new data")
    return train(config, directory, allow_inexact=allow_inexact).receipt
