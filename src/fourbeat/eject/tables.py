"""A table, from its file to batches: read, split, encoded."""

from typing import Any

import numpy as np
import pyarrow as pa

from fourbeat.config.options import Config
from fourbeat.data.record import DataRecord
from fourbeat.data.split import NAMES
from fourbeat.eject import columns, reading, splits, targets
from fourbeat.eject.facts import Facts
from fourbeat.eject.part import Data, Part
from fourbeat.eject.text import Code, code, joined, quoted, spaced
from fourbeat.job.plan import EVALUATION_BATCH

BATCHES = code('''
    def batches(tensors: tuple[Tensor, ...], rows: np.ndarray, size: int) -> Iterator[list[Tensor]]:
        """Some rows of the tensors, `size` at a time."""
        for part in torch.from_numpy(rows).split(size):
            yield [tensor[part] for tensor in tensors]
''')


def table(config: Config, record: DataRecord, facts: Facts) -> Data:
    """The section of a table."""
    used = [column.name for column in record.columns if column.used]
    wanted = used + list(config.data.targets)
    wanted += [config.split.column] if config.split.column else []
    read = reading.reading(config, facts, wanted)
    target = targets.reading(config, record, facts)
    division = divided(config, record, facts)
    checks = splits.checks(record.split)
    encoded = columns.encoding(config, record, facts)
    parts = (read, target, division, checks, encoded)
    constants: dict[str, Any] = {}
    for part in (read, target, division, encoded):
        constants |= part.constants
    tensors = "numeric, codes, targets" if "codes =" in encoded.lines else "numeric, targets"
    lines = spaced(
        read.lines,
        target.lines,
        joined(division.lines, checks.lines),
        joined(
            encoded.lines,
            f"data = ({tensors})",
        ),
    )
    constants["EVALUATION_BATCH"] = EVALUATION_BATCH
    functions = tuple(function for part in parts for function in part.functions)
    return Data(
        constants,
        (*functions, BATCHES),
        lines,
        checks.had,
        order=code("""
            # The order depends on seed and epoch alone.
            order = train[permutation(len(train), epoch)]
        """),
        batches={
            "train": "batches(data, order, BATCH_SIZE)",
            "validation": "batches(data, validation, EVALUATION_BATCH)",
            "test": "batches(data, test, EVALUATION_BATCH)",
        },
        train_target="targets[train]",
    )


def divided(config: Config, record: DataRecord, facts: Facts) -> Part:
    """The lines that give the row numbers of each side."""
    task, method = config.data.task, record.split.method
    names = splits.sides(record.split)
    if method == "column":
        return by_column(config, record, facts)
    if method == "random":
        return splits.random(record.split, "len(amounts)")
    by = {"classification": "targets.numpy()", "multilabel": "rarest(ones)"}.get(task, "")
    functions: tuple[str, ...] = ()
    if task == "multilabel" and not (method == "file" and facts.counts[1]):
        functions = (targets.rarest(facts, labels_of(config, facts)),)
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
    values = f"table[{quoted(name)}].to_pylist()"
    if all(text == side for text, side in said.items()):
        return Part(
            {},
            (splits.PERMUTATION,),
            joined(
                f"side = np.array({values})",
                f"{names} = (np.flatnonzero(side == name) for name in {sides_tuple(names)})",
            ),
        )
    return Part(
        {"SIDES": said},
        (splits.PERMUTATION,),
        joined(
            f"side = np.array([SIDES[text] for text in {values}])",
            f"{names} = (np.flatnonzero(side == name) for name in {sides_tuple(names)})",
        ),
    )


def sides_tuple(names: str) -> str:
    """`("train", "validation")`."""
    return "(" + ", ".join(quoted(name) for name in names.split(", ")) + ")"


def labels_of(config: Config, facts: Facts) -> np.ndarray:
    """The labels of all rows, int64 of shape (rows, labels)."""
    meaning = targets.meaning(config, [facts.columns[n] for n in config.data.targets])
    texts = [facts.columns[n].cast(pa.string()).to_pylist() for n in config.data.targets]
    return np.array([[meaning[str(text)] for text in column] for column in texts]).T


def shape_constant(shape: Any) -> Code:
    """A table's shape as a factory of the user's own takes it."""
    return Code(
        f"SimpleNamespace(numeric={shape.numeric}, cardinalities={shape.cardinalities}, "
        f"classes={shape.classes}, outputs={shape.outputs})"
    )
