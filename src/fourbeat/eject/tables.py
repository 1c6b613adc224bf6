"""A table, from its file to batches: read, split, encoded."""

from typing import Any

from fourbeat.config.options import Config
from fourbeat.data import encode
from fourbeat.data.record import DataRecord
from fourbeat.data.split import NAMES
from fourbeat.eject import bins, categories, division, numbers, reading, splits, targets, words
from fourbeat.eject.facts import Facts
from fourbeat.eject.part import Data, Part
from fourbeat.eject.text import code, joined, noted, spaced
from fourbeat.job.plan import EVALUATION_BATCH

BATCHES = code('''
    def batches(tensors: tuple[Tensor, ...], rows: np.ndarray, size: int) -> Iterator[list[Tensor]]:
        """Some rows of the tensors, `size` at a time."""
        for part in torch.from_numpy(rows).split(size):
            yield [tensor[part] for tensor in tensors]
''')


def table(config: Config, record: DataRecord, facts: Facts) -> Data:
    """The section of a table."""
    wanted = [column.name for column in record.columns if column.used]
    wanted += list(config.data.targets)
    split = config.split
    wanted += [
        name
        for name in (split.column, split.group_column, split.time)
        if name and name not in wanted
    ]
    read = reading.reading(config, facts, wanted)
    target = targets.reading(config, record, facts)
    checks = splits.checks(record.split)
    used = [column for column in record.columns if column.used]
    numbered = [column for column in used if column.is_number]
    texts = [column for column in used if column.type == "text"]
    coded = [column for column in used if encode.coded(column)]
    time = division.time_column(config, record, facts)
    numeric = numbers.standardising(config, numbered, facts, time)
    divided = dividing(config, record, facts, numeric)
    codes = categories.coding(config, coded, facts) if coded else Part()
    spelled = words.coding(config, texts, facts, alone=not coded) if texts else Part()
    found = bins.bins(numbered) if config.model.numeric == "piecewise" else Part()
    parts = (read, target, divided, checks, numeric, codes, spelled, found)
    constants: dict[str, Any] = {}
    for part in parts:
        constants |= part.constants
    tensors = "numeric, codes, targets" if coded or texts else "numeric, targets"
    lines = spaced(
        read.lines,
        target.lines,
        joined(divided.lines, checks.lines),
        joined(
            numeric.lines,
            codes.lines,
            spelled.lines,
            f"data = ({tensors})",
            found.lines,
        ),
    )
    at_once = config.speed.evaluation_batch or EVALUATION_BATCH
    constants["EVALUATION_BATCH"] = noted(at_once, "rows that are evaluated at once")
    functions = tuple(function for part in parts for function in part.functions)
    return Data(
        constants,
        (*functions, BATCHES),
        lines,
        checks.had,
        order=code("""
            # Every epoch has an order of its own, by the seed.
            order = train[permutation(len(train), epoch)]
        """),
        batches={
            "train": "batches(data, order, BATCH_SIZE)",
            "validation": "batches(data, validation, EVALUATION_BATCH)",
            "test": "batches(data, test, EVALUATION_BATCH)",
        },
        train_target="targets[train]",
    )


def dividing(config: Config, record: DataRecord, facts: Facts, numeric: Part) -> Part:
    """The lines that give the row numbers of each side.

    Args:
        numeric: the part that reads numbers.
    """
    task, method = config.data.task, record.split.method
    names = splits.sides(record.split)
    if method == "column":
        return by_column(config, record, facts)
    by = {
        "classification": "targets.numpy()",
        "regression": "np.zeros(table.num_rows, int)",
        "multilabel": "rarest(ones)",
    }[task]
    rarest = (targets.RAREST,) if task == "multilabel" else ()
    if config.split.group or config.split.time or config.split.folds:
        part = division.divided(config, record, facts, by, numbers.expression(numeric, "TIME"))
        stratified = () if config.split.time else rarest
        return Part(part.constants, (*stratified, *part.functions), part.lines)
    if method == "random":
        return splits.random(record.split, "len(amounts)")
    by = "" if task == "regression" else by
    functions = () if method == "file" and facts.counts[1] else rarest
    if method == "file":
        first = facts.groups[: facts.counts[0]]
        sizes = "[part.num_rows for part in tables]"
        part = splits.by_file(record.split, config.split, facts.counts, sizes, by, first)
        return Part(part.constants, (*functions, *part.functions), part.lines)
    part = splits.stratified(config.split, facts.groups, test=bool(config.split.test))
    return Part(part.constants, (*functions, *part.functions), f"{names} = split({by})")


def by_column(config: Config, record: DataRecord, facts: Facts) -> Part:
    """The sides by what a column says."""
    name = str(config.split.column)
    texts = facts.columns[name].unique().to_pylist()
    said = {text: NAMES[str(text).strip().lower()] for text in texts}
    names = splits.sides(record.split)
    constants: dict[str, Any] = {}
    constants["SPLIT_COLUMN"] = name
    read = "table[SPLIT_COLUMN].to_pylist()"
    if any(text != side for text, side in said.items()):
        constants["SIDES"] = said
        read = f"[SIDES[text] for text in {read}]"
    cut = f"{names} = (np.flatnonzero(sides == side) for side in SPLIT_SHA256)"
    return Part(constants, (splits.PERMUTATION,), joined(f"sides = np.array({read})", cut))
