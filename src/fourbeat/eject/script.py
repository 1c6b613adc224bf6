"""A run as a script: the sections in their order, put together."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fourbeat.code import is_code
from fourbeat.config.options import Config
from fourbeat.config.sources import check
from fourbeat.data.encode import shape_of
from fourbeat.eject import ending, losses, loop, metrics, models, optimizers, reading, tables
from fourbeat.eject.facts import facts
from fourbeat.eject.imports import imports
from fourbeat.eject.part import Part
from fourbeat.eject.text import assignment, indented, joined, spaced
from fourbeat.errors import RunError
from fourbeat.receipt import model as receipts
from fourbeat.receipt.model import Receipt


def eject(directory: Path) -> str:
    """The script that trains a run again.

    Args:
        directory: of a finished, declared run.

    Returns:
        Its text: plain PyTorch, formatted, ending with a newline.

    Raises:
        RunError: if the run is not finished, or there is no declaration to write out.
        DataError: if its data cannot be read any more.
    """
    receipt = receipts.read(directory)
    refuse(receipt, directory)
    assert receipt.config is not None
    assert receipt.data is not None
    config = check(receipt.config, str(directory / receipts.NAME))
    return compose(directory, receipt, config)


def refuse(receipt: Receipt, directory: Path) -> None:
    """Leave alone what is no finished, declared run.

    Raises:
        RunError: saying what it is, and what to do.
    """
    if receipt.config is None:
        raise RunError(
            "the run was trained by a script of your own: it is one already", str(directory)
        )
    if not receipt.declared:
        raise RunError(
            "the run was trained on a frame in memory, which no script can read again",
            str(directory),
            "Write the frame to a file, e.g. as Parquet, train on that, then eject",
        )
    if receipt.run.status != "finished":
        raise RunError(
            f"the run is not finished: it is {receipt.run.status}",
            str(directory),
            receipt.way_on(directory),
        )


def compose(directory: Path, receipt: Receipt, config: Config) -> str:
    """The sections of a run, put together."""
    record, device = receipt.data, str(receipt.environment.get("device", "cpu"))
    assert record is not None
    found = facts(config, record)
    data = tables.table(config, record, found)
    files = dict(zip(reading.files(found), (file.sha256 for file in record.files), strict=True))
    own = is_code(config.model.name)
    share = losses.share(config, labels=False)
    first = receipt.curves[0]
    shape = shape_of(record.columns, record.outputs)
    skipped = sum(epoch.skipped for epoch in receipt.curves)
    begin = ending.beginning(receipt, files)
    model = models.network(config.model, shape)
    loss = losses.loss(config, record, data, device)
    optimizer = optimizers.optimizer(config, device)
    scheduler = optimizers.scheduler(config, first.step + first.skipped)
    evaluation = metrics.evaluation(config, device, share, labels=False)
    epochs = loop.loop(
        config, data, device, share, own=own, skipped=skipped, first=first.step
    )
    end = ending.ending(receipt)
    setup = joined(
        "torch.manual_seed(SEED)",
        model.lines,
        loss.lines,
        optimizer.lines,
        scheduler.lines,
        loop.before(config, device),
    )
    last = loop.after(config, data, test="test" in record.split.rows)
    main = spaced(begin.lines, data.lines, setup, epochs.lines, last, end.lines)
    parts = [begin, data, model, loss, optimizer, scheduler, evaluation, epochs, end]
    return put_together(f"{receipt.run.name}", config.seed, parts, main)


def put_together(name: str, seed: int, parts: Iterable[Part], main: str) -> str:
    """Docstring, imports, constants, functions, `main`."""
    parts = list(parts)
    constants: dict[str, Any] = {"SEED": seed}
    had: dict[str, Any] = {}
    functions: list[str] = []
    for part in parts:
        constants |= part.constants
        had |= part.had
        functions += [text for text in part.functions if text not in functions]
    body = "\n\n\n".join(
        [
            spaced(
                "\n".join(assignment(key, value) for key, value in constants.items()),
                joined(
                    "# What the run had, and what it ended with.",
                    *(assignment(key, value) for key, value in had.items()),
                ),
            ),
            *functions,
            joined("def main() -> None:", indented(main)),
            'if __name__ == "__main__":\n    main()',
        ]
    )
    docstring = (
        f'"""Trains the run {name!r} again, to the same weights bit for bit.\n\n'
        "Plain PyTorch, as `fourbeat eject` wrote it down: python train.py [weights.pt]\n"
        '"""'
    )
    return spaced(docstring, imports(body, {}), body) + "\n"
