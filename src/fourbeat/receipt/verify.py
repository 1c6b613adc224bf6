"""Hash a run again, and name what changed."""

from pathlib import Path

from fourbeat.checkpoint import files
from fourbeat.checkpoint.store import verify_all
from fourbeat.data import folders
from fourbeat.receipt import model as receipts
from fourbeat.receipt.publish import WEIGHTS
from fourbeat.receipt.weights import weights_sha256


def verify(directory: Path) -> tuple[int, list[str]]:
    """Check a run's receipt, weights, report, checkpoints and data.

    Returns:
        How many things were checked, and what changed, one message each.

    Raises:
        RunError: if there is no receipt to check against.
    """
    receipt = receipts.read(directory, unchanged=False)
    good, problems = verify_all(directory / "checkpoints")
    checked = len(good) + len(problems) + 1
    if receipt.seal is None:
        problems.append(f"receipt.json is not sealed: the run is {receipt.run.status}")
    elif receipts.digest((directory / receipts.NAME).read_text("utf-8")) != receipt.seal:
        problems.append("receipt.json has changed since it was sealed")
    for name, digest in receipt.artifacts.items():
        path = directory / name
        checked += 1
        if not path.resolve().is_relative_to(directory.resolve()):
            problems.append(f"{name} is outside of the run")
        elif not path.is_file():
            problems.append(f"{name} is missing")
        elif files.sha256(path) != digest:
            problems.append(f"{name} has changed since it was sealed")
    if receipt.weights_sha256 and (directory / WEIGHTS).is_file():
        checked += 1
        if weights_of(directory / WEIGHTS) != receipt.weights_sha256:
            problems.append(f"{WEIGHTS} does not hold the weights of the receipt")
    for file in receipt.data.files if receipt.data else []:
        if file.path is None:
            continue
        checked += 1
        if not Path(file.path).exists():
            problems.append(f"data {file.path} is missing")
        elif not folders.unchanged(Path(file.path), file.sha256):
            problems.append(f"data {file.path} has changed since the run began")
    return checked, problems


def weights_of(path: Path) -> str | None:
    """The identity of a safetensors file's weights, None if it cannot be read."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return weights_sha256(load_file(path))
    except SafetensorError:
        return None
