"""What a receipt declares, made ready to be trained on or again."""

from pathlib import Path

from fourbeat.code import is_code
from fourbeat.config.options import Config
from fourbeat.config.sources import check
from fourbeat.data import folders
from fourbeat.errors import InexactError, RunError
from fourbeat.receipt import model as receipts
from fourbeat.receipt.model import Receipt


def reopen(directory: Path, receipt: Receipt, *, trust_code: bool = False) -> Config:
    """The configuration of a declared run, its data as it was.

    Raises:
        InexactError: if the data changed.
        RunError: as `declared`.
    """
    config = declared(directory, receipt, trust_code=trust_code)
    if changed := changed_data(receipt):
        raise InexactError("; ".join(changed), str(directory), "Train anew on the new data")
    return config


def changed_data(receipt: Receipt) -> list[str]:
    """Which files are not what they were, one line each."""
    files = receipt.data.files if receipt.data else []
    return [
        f"{file.path} has changed since the run began"
        for file in files
        if file.path is not None and not folders.unchanged(Path(file.path), file.sha256)
    ]


def declared(directory: Path, receipt: Receipt, *, trust_code: bool = False) -> Config:
    """The configuration of a declared run, whatever its data is by now.

    Args:
        directory: of the run.
        receipt: of the run.
        trust_code: import the `module:factory` that the receipt names.

    Raises:
        RunError: if its code is not trusted, or its data is gone.
    """
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
    for file in receipt.data.files:
        path = Path(file.path or "")
        if not path.exists():
            raise RunError(
                "the run's data is gone",
                str(path),
                "Put it back; `fourbeat reproduce` also takes it from elsewhere: --data PATH",
            )
    return config
