"""A table's categories as codes, by the texts of its training rows."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from fourbeat.config.options import Config
from fourbeat.data.column import Column
from fourbeat.data.encode import FEWEST_WHOLE
from fourbeat.eject.facts import Facts, is_text
from fourbeat.eject.part import Part
from fourbeat.eject.text import code, indented, joined, noted


def coding(config: Config, columns: Sequence[Column], facts: Facts) -> Part:
    """The function that numbers the categories of these columns."""
    constants: dict[str, Any] = {"CATEGORIES": [column.name for column in columns]}
    whole = [column.type != "category" for column in columns if not column.buckets]
    least, choice = str(FEWEST_WHOLE), ""
    if not all(whole):
        comment = "training rows that a category needs"
        constants["MIN_COUNT"] = noted(config.data.min_count, comment)
        least = "MIN_COUNT"
        if any(whole):
            least, choice = "least", f"least = {FEWEST_WHOLE} if name in NUMBERS else MIN_COUNT"
    hashes = {column.name: column.buckets for column in columns if column.buckets}
    names = [column.name for column in columns]
    values = [facts.columns[name] for name in names]
    plain = all(map(is_text, values))
    texts = f"texts = table[name]{'' if plain else '.cast(pa.string())'}.to_pylist()"
    if value := value_of(config, names, facts):
        texts = joined(texts, f"texts = [{value} for text in texts]")
    missing = any(column.null_count for column in values)
    of_known = " if texts[row] is not None" if missing else ""
    full = any(len(column.categories or ()) == config.data.max_categories for column in columns)
    if full:
        constants["MAX_CATEGORIES"] = config.data.max_categories
    learned = joined(
        f"counts = Counter(texts[row] for row in train{of_known})",
        choice,
        f"kept = sorted(counts, key=lambda text: (-counts[text], text))[:MAX_CATEGORIES]\n"
        f"known = sorted(text for text in kept if counts[text] >= {least})"
        if full
        else f"known = sorted(text for text, n in counts.items() if n >= {least})",
        "number = {text: code for code, text in enumerate(known, 2)}",
        "number[None] = 1" if missing else "",
        "columns.append(torch.tensor([number.get(text, 0) for text in texts]))",
    )
    if hashes:
        constants["BUCKETS"] = hashes
        made = joined(
            "known = dict.fromkeys(filter(None, texts))",
            "number = {text: 2 + zlib.crc32(text.encode()) % BUCKETS[name] for text in known}",
            "number[None] = 1" if missing else "",
            "columns.append(torch.tensor([number[text] for text in texts]))",
        )
        if len(hashes) == len(columns):
            learned = made
        else:
            learned = joined("if name in BUCKETS:", indented(joined(made, "continue")), learned)
    lines = joined(texts, learned)
    first = "0 not known from training, " + ("1 no value, " if missing else "")
    head = code(f'''
        def category_codes(table: pa.Table, train: np.ndarray) -> Tensor:
            """Codes: {first}2 and up the known texts in order."""
            columns = []
            for name in CATEGORIES:
    ''')
    function = joined(head, indented(lines, 2), "    return torch.stack(columns, dim=1)")
    return Part(constants, (function,), "codes = category_codes(table, train)")


def value_of(config: Config, names: Sequence[str], facts: Facts) -> str:
    """The expression that makes None of a `text` that means "no value"; empty where none does."""
    marks: list[str] = []
    if any(name in facts.blanks for name in names):
        marks = ['""', *(["*MISSING"] if config.data.missing else [])]
    kinds = [facts.columns[name] for name in names]
    if any(pa.types.is_floating(values.type) and values.null_count for values in kinds):
        marks.append('"nan"')
    if marks in ([], ['""']):
        return "text or None" if marks else ""
    return f"None if text in ({', '.join(marks)}{',' * (len(marks) == 1)}) else text"
