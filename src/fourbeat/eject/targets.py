"""The target of a table: class numbers, a standardised quantity, or labels of 0 and 1."""

from typing import Any

import pyarrow as pa

from fourbeat.config.options import Config
from fourbeat.data.arrow import pc
from fourbeat.data.labels import FEWEST_ROWS
from fourbeat.data.record import DataRecord
from fourbeat.data.targets.labels import MEANING
from fourbeat.eject.facts import Facts, is_text
from fourbeat.eject.part import Part
from fourbeat.eject.text import code, joined
from fourbeat.types import Values


def reading(config: Config, record: DataRecord, facts: Facts) -> Part:
    """The lines that make `targets`, and what a random split is stratified by."""
    return {
        "classification": classes,
        "regression": quantity,
        "multilabel": labels,
    }[config.data.task](config, record, facts)


def classes(config: Config, record: DataRecord, facts: Facts) -> Part:
    """Class numbers, by their texts."""
    values = facts.columns[config.data.targets[0]]
    constants: dict[str, Any] = {"TARGET": config.data.targets[0], "CLASSES": record.classes}
    renamed = relabelled(config)
    name = "text"
    if renamed:
        constants["RELABEL"] = renamed
        name = "RELABEL.get(text, text)"
    lines = joined(
        f"texts = table[TARGET]{as_text(values)}.to_pylist()",
        "number = {name: i for i, name in enumerate(CLASSES)}",
        f"targets = torch.tensor([number[{name}] for text in texts])",
    )
    return Part(constants, (), lines)


def as_text(values: Values) -> str:
    """The casts from a column's type to label texts."""
    if is_text(values):
        return ""
    whole = pa.types.is_floating(values.type) and pc.all(pc.equal(values, pc.floor(values))).as_py()
    return ".cast(pa.int64()).cast(pa.string())" if whole else ".cast(pa.string())"


def relabelled(config: Config) -> dict[str, str]:
    """What each renamed label becomes, one renaming after the other."""
    found: dict[str, str] = {}
    for first in config.data.relabel:
        text = first
        for old, new in config.data.relabel.items():
            text = new if text == old else text
        found[first] = text
    return found


def quantity(config: Config, record: DataRecord, facts: Facts) -> Part:
    """The numbers, standardised."""
    name = config.data.targets[0]
    if is_text(facts.columns[name]):
        line = "amounts = np.array([float(text) for text in table[TARGET].to_pylist()])"
    else:
        line = "amounts = table[TARGET].cast(pa.float64(), safe=False).to_numpy()"
    assert record.quantity is not None
    constants = {"TARGET": name, "MEAN": record.quantity.mean, "STD": record.quantity.std}
    return Part(constants, (), joined(line, STANDARDISED))


STANDARDISED = code("""
    # The loss compares amounts that are standardised by the training rows.
    targets = torch.tensor((amounts - MEAN) / STD, dtype=torch.float32)[:, None]
""")


def labels(config: Config, record: DataRecord, facts: Facts) -> Part:
    """The labels, and each row's rarest value."""
    constants: dict[str, Any] = {"TARGETS": list(config.data.targets)}
    columns = [facts.columns[name] for name in config.data.targets]
    if not any(is_text(values) for values in columns):
        lines = code("""
            columns = [table[name].cast(pa.float64()).to_numpy() for name in TARGETS]
            ones = np.stack(columns, axis=1).astype(np.int64)
        """)
    else:
        constants["MEANING"] = meaning(config, columns)
        lines = code("""
            columns = [table[name].cast(pa.string()).to_pylist() for name in TARGETS]
            ones = np.array([[MEANING[text] for text in row] for row in zip(*columns, strict=True)])
        """)
    lines = joined(lines, "targets = torch.tensor(ones, dtype=torch.float32)")
    return Part(constants, (), lines)


def meaning(config: Config, columns: list[Values]) -> dict[str, int]:
    """What each text that occurs means, 0 or 1."""
    renamed = relabelled(config)
    texts = {text for values in columns for text in values.cast(pa.string()).unique().to_pylist()}
    return {
        text: MEANING[renamed.get(text, text).strip().lower()]
        for text in sorted(str(text) for text in texts)
    }


RAREST = code(f'''
    def rarest(ones: np.ndarray) -> np.ndarray:
        """Each row's group: the rarest value that it has, so that every side gets some of it."""
        rows, labels = ones.shape
        counts = ones.sum(axis=0)
        rare = ones == (counts * 2 <= rows)
        groups = np.full(rows, labels)
        for label in np.argsort(-np.minimum(counts, rows - counts), kind="stable"):
            groups[rare[:, label]] = label
        sizes = np.bincount(groups)
        groups[sizes[groups] < {FEWEST_ROWS}] = sizes.argmax()  # too few to be shared out
        return np.unique(groups, return_inverse=True)[1]
''')
