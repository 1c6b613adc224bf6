"""A run as a script: the sections in their order, put together."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fourbeat.code import is_code
from fourbeat.config.options import Config
from fourbeat.config.sources import check
from fourbeat.data.encode import TableShape, shape_of
from fourbeat.data.images import ImageShape
from fourbeat.data.own import SampleShape
from fourbeat.data.record import DataRecord
from fourbeat.eject import (
    ending,
    images,
    loop,
    losses,
    metrics,
    models,
    optimizers,
    own,
    reading,
    tables,
)
from fourbeat.eject.facts import facts
from fourbeat.eject.imports import imports
from fourbeat.eject.part import Data, Part
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
    return compose(receipt, config)


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


def compose(receipt: Receipt, config: Config) -> str:
    """The sections of a run, put together."""
    record, device = receipt.data, str(receipt.environment.get("device", "cpu"))
    assert record is not None
    own_data = config.data.factory is not None
    own_model = is_code(config.model.name)
    data, files, shape = data_of(config, record, receipt)
    labels = own_data and own.labels_ignored(config, receipt)
    share = losses.share(config, labels=labels)
    first = receipt.curves[0]
    skipped = sum(epoch.skipped for epoch in receipt.curves)
    compiles = config.compile is not None and not fell_back(receipt)
    begin = ending.beginning(receipt, files, own.code_checks(config, receipt))
    if own_model:
        given = None if isinstance(shape, SampleShape) else shape
        model = own.own_network(config, given)
    else:
        model = models.network(config.model, shape)
    loss = losses.loss(config, record, data, device)
    optimizer = optimizers.optimizer(config, device)
    scheduler = optimizers.scheduler(config, first.step + first.skipped)
    evaluation = metrics.evaluation(config, device, share, labels=labels, own=own_data)
    foreign = own_data or own_model
    epochs = loop.loop(config, data, device, share, own=foreign, skipped=skipped, first=first.step)
    end = ending.ending(receipt)
    setup = joined(
        "torch.manual_seed(SEED)",
        model.lines,
        f'model.to("{device}")' if device != "cpu" else "",
        own.SEED_OTHERS if foreign else "",
        loss.lines,
        optimizer.lines,
        scheduler.lines,
        loop.before(config, device, compiles=compiles),
    )
    last = loop.after(config, data, test="test" in receipt.results)
    main = spaced(begin.lines, data.lines, setup, epochs.lines, last, end.lines)
    parts = [begin, data, model, loss, optimizer, scheduler, evaluation, epochs, end]
    return put_together(receipt, config, parts, main)


def data_of(
    config: Config, record: DataRecord, receipt: Receipt
) -> tuple[Data, dict[str, str], TableShape | ImageShape | SampleShape]:
    """The data's section, the identities of its files by constant, and what a model takes."""
    hashes = [file.sha256 for file in record.files]
    if config.data.factory is not None:
        shape = SampleShape((), (), None)
        if not is_code(config.model.name):
            shape = own.sample_shape(receipt, record.outputs)
        return own.own_data(config, record, receipt), {}, shape
    if record.images is not None:
        data, names = images.images(config, record)
        size = (record.images.channels, record.images.height, record.images.width)
        return data, dict(zip(names, hashes, strict=True)), ImageShape(*size, record.outputs)
    found = facts(config, record)
    files = dict(zip(reading.files(found), hashes, strict=True))
    shape = shape_of(record.columns, record.outputs)
    return tables.table(config, record, found), files, shape


def fell_back(receipt: Receipt) -> bool:
    """Whether torch.compile failed at once, so that the run's network ran eagerly.

    Raises:
        RunError: if it failed later, so that some of the run was compiled and some was not.
    """
    failures = [e for e in receipt.events if e.kind == "compile" and "failed" in e.text]
    if any(event.step for event in failures):
        raise RunError(
            f"torch.compile failed at step {failures[0].step}: no script can repeat that",
            receipt.run.name,
            "Train again without compile, then eject",
        )
    return bool(failures)


def put_together(receipt: Receipt, config: Config, parts: Iterable[Part], main: str) -> str:
    """Docstring, imports, constants, functions, `main`."""
    parts = list(parts)
    had: dict[str, Any] = {}
    functions: list[str] = []
    for part in parts:
        had |= part.had
        functions += [text for text in part.functions if text not in functions]
    begin, data, *others = parts
    training = {name: value for part in others for name, value in part.constants.items()}
    constants = [
        assignments({"SEED": config.seed}),
        assignments({**begin.constants, **data.constants}),
        assignments(training),
    ]
    body = "\n\n\n".join(
        [
            spaced(
                *constants,
                joined("# What the run had, and what it ended with.", assignments(had)),
            ),
            *functions,
            joined("def main() -> None:", indented(main)),
            'if __name__ == "__main__":\n    main()',
        ]
    )
    docstring = (
        f'"""Trains the run {receipt.run.name!r} again, to the same weights bit for bit.\n\n'
        "Plain PyTorch, as `fourbeat eject` wrote it down: python train.py [weights.pt]\n"
        '"""'
    )
    return spaced(docstring, imports(body, own.modules(config)), body) + "\n"


def assignments(values: Mapping[str, Any]) -> str:
    """`NAME = value`, one below the other."""
    return joined(*(assignment(name, value) for name, value in values.items()))
