"""A run as a script: the sections in their order, put together."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from fourbeat.data.encode import TableShape, shape_of
from fourbeat.data.images import ImageShape
from fourbeat.data.own import SampleShape
from fourbeat.data.split import FOLD_KEY, SPLIT_KEY
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
from fourbeat.eject.splits import PERMUTATION, WITH_SPLIT_SEED
from fourbeat.eject.subject import Subject
from fourbeat.eject.text import WIDTH, Code, assignment, indented, joined, spaced
from fourbeat.errors import RunError
from fourbeat.job.reopen import reopen
from fourbeat.receipt import model as receipts
from fourbeat.receipt.model import Receipt


def eject(directory: Path) -> str:
    """The script that trains a run again.

    Args:
        directory: of a finished, declared run.

    Returns:
        Its text: plain PyTorch, formatted, ending with a newline.

    Raises:
        RunError: if the run is not finished, there is no declaration to write out, or its data
            is gone; for one of several seeds that were trained in one pass.
        InexactError: if its data changed.
    """
    receipt = receipts.read(directory)
    refuse(receipt, directory)
    assert receipt.data is not None
    config = reopen(directory, receipt, trust_code=True)  # nothing of it is imported here
    return compose(Subject(config, receipt.data, receipt))


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
    if receipt.parent is not None:
        raise RunError(
            f"the run is a branch of {receipt.parent.run!r} from step {receipt.parent.step} on: no "
            "one script trains it",
            str(directory),
            "Eject its parent, and set what the branch set",
        )
    if receipt.config.get("data", {}).get("stream"):
        raise RunError(
            "the table was streamed: a script would have to read, encode and shuffle row groups in windows, "
            "which is no plain loop over tensors",
            str(directory),
            "Train without data.stream, on a part of the rows if need be, then eject",
        )
    if receipt.run.status != "finished":
        raise RunError(
            f"the run is not finished: it is {receipt.run.status}",
            str(directory),
            receipt.way_on(directory),
        )
    receipt.refuse_together(directory)


def compose(subject: Subject) -> str:
    """The sections of a run, put together."""
    data, files, shape = data_of(subject)
    begin = ending.beginning(subject, files)
    model = network(subject, shape)
    loss = losses.loss(subject, data)
    optimizer = optimizers.optimizer(subject)
    scheduler = optimizers.scheduler(subject)
    evaluation = metrics.evaluation(subject)
    epochs = loop.loop(subject, data)
    end = ending.ending(subject)
    setup = joined(
        "torch.manual_seed(SEED)",
        model.lines,
        loss.lines,
        optimizer.lines,
        scheduler.lines,
        loop.before(subject),
    )
    after = loop.after(subject, data)
    return put_together(
        subject,
        [begin, data, model, loss, optimizer, scheduler, evaluation, epochs, end],
        spaced(begin.lines, data.lines, setup, epochs.lines, after, end.lines),
    )


def data_of(
    subject: Subject,
) -> tuple[Data, dict[str, str], TableShape | ImageShape | SampleShape]:
    """The data's section, the identities of its files by constant, and what a network takes."""
    config, record = subject.config, subject.record
    hashes = [file.sha256 for file in record.files]
    if subject.own_data:
        return own.own_data(subject), {}, own.sample_shape(subject)
    if record.images is not None:
        data, names = images.images(config, record)
        size = (record.images.channels, record.images.height, record.images.width)
        return data, dict(zip(names, hashes, strict=True)), ImageShape(*size, record.outputs)
    found = facts(config, record)
    files = dict(zip(reading.files(found), hashes, strict=True))
    return tables.table(config, record, found), files, shape_of(record.columns, record.outputs)


def network(subject: Subject, shape: TableShape | ImageShape | SampleShape) -> Part:
    """The network, with what belongs to its making."""
    if subject.own_model:
        part = own.own_network(subject, shape)
    else:
        part = models.network(subject.config.model, shape)
    lines = joined(
        part.lines,
        f"model{subject.to}" if subject.to else "",
        own.SEED_OTHERS if subject.own_data or subject.own_model else "",
    )
    return Part(part.constants, part.functions, lines)


def put_together(subject: Subject, parts: Sequence[Part], main: str) -> str:
    """Docstring, imports, constants, functions, `main`."""
    begin, data, *others = parts
    training = {name: value for part in others for name, value in part.constants.items()}
    had = {name: value for part in parts for name, value in part.had.items()}
    config = subject.config
    seeds: dict[str, Any] = {"SEED": config.seed}
    permutation = PERMUTATION
    if config.split_seed != config.seed:
        keys = Code(f"(0x{SPLIT_KEY:X}, 0x{FOLD_KEY:X})")
        seeds |= {"SPLIT_SEED": config.split_seed, "SPLIT_KEYS": keys}
        permutation = WITH_SPLIT_SEED
    constants = spaced(
        assignments(seeds),
        assignments({**begin.constants, **data.constants}),
        assignments(training),
        joined("# What the run had, and what it ended with.", assignments(had)),
    )
    functions = dict.fromkeys(function for part in parts for function in part.functions)
    body = "\n\n\n".join(
        [
            constants,
            *(permutation if function == PERMUTATION else function for function in functions),
            joined("def main() -> None:", indented(main)),
            'if __name__ == "__main__":\n    main()',
        ]
    )
    return spaced(docstring(subject), imports(body, own.modules(config)), body) + "\n"


def docstring(subject: Subject) -> str:
    """What the script is, and where its weights are those of the run."""
    receipt, where = subject.receipt, subject.receipt.environment
    threads = where.get("threads")
    text = (
        f"The bits are promised for torch {where.get('torch')} on {where.get('system')} with "
        f"{where.get('cpu_capability')}, {threads} thread{'s' * (threads != 1)}."
    )
    if receipt.inexact:
        text = f"They are not promised: {'; '.join(receipt.inexact)}."
    name = plain(receipt.run.name)
    lines = [
        f'"""Trains the run {name} again, to the same weights bit for bit.',
        "",
        "Plain PyTorch, as `fourbeat eject` wrote it down: python train.py [weights.pt]",
        *wrap(plain(text), WIDTH),
        *wrap(apart(receipt), WIDTH),
        '"""',
    ]
    return "\n".join(lines)


def apart(receipt: Receipt) -> str:
    """What the run chose once its weights were there: the script ends with the weights."""
    if receipt.decision is None:
        return ""
    of = {"threshold": receipt.decision.thresholds, "temperature": receipt.decision.temperatures}
    said = [
        f"{name} ({', '.join(f'{v:.6g}' for v in values)})" for name, values in of.items() if values
    ]
    return f"What the run chose afterwards on its validation rows is not in it: {', '.join(said)}."


def plain(text: str) -> str:
    """A text without what would end a docstring, or be an escape in it."""
    return text.replace("\\", "/").replace('"', "'")


def assignments(values: Mapping[str, Any]) -> str:
    """`NAME = value`, one below the other."""
    return joined(*(assignment(name, value) for name, value in values.items()))
