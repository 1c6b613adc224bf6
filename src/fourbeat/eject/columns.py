"""A table's columns as numbers and codes, by the statistics of its training rows."""

from typing import Any

import pyarrow as pa

from fourbeat.config.options import Config
from fourbeat.data.encode import FEWEST_WHOLE
from fourbeat.data.record import DataRecord
from fourbeat.data.schema import FALSEHOOD, TRUTH, Column
from fourbeat.eject.facts import Facts, is_text
from fourbeat.eject.part import Part
from fourbeat.eject.text import code, indented, joined, noted


def encoding(config: Config, record: DataRecord, facts: Facts) -> Part:
    """The functions that encode a table, and the lines that make `data` but for the target."""
    used = [column for column in record.columns if column.used]
    numbers = [column for column in used if column.type != "category"]
    categories = [column for column in used if column.categories is not None]
    constants: dict[str, Any] = {}
    functions: list[str] = []
    lines: list[str] = []
    if numbers:
        constants["NUMBERS"] = [column.name for column in numbers]
        more, function = reader(config, numbers, facts)
        constants |= more
        functions += [*function, standardising(numbers, facts)]
        lines.append("numeric = standardised(table, train)")
    else:
        lines.append("numeric = torch.zeros(table.num_rows, 0)  # all columns are categories")
    if categories:
        constants["CATEGORIES"] = [column.name for column in categories]
        kinds = {column.type == "category" for column in categories}
        if True in kinds:
            assert config.data.min_count is not None
            constants["MIN_COUNT"] = noted(
                config.data.min_count, "training rows that a category needs"
            )
        if kinds == {True}:
            least = "MIN_COUNT"
        elif kinds == {False}:
            least = str(FEWEST_WHOLE)
        else:
            least = f"{FEWEST_WHOLE} if name in NUMBERS else MIN_COUNT"
        functions.append(coding(config, categories, facts, least))
        lines.append("codes = category_codes(table, train)")
    return Part(constants, tuple(functions), joined(*lines))


def reader(
    config: Config, numbers: list[Column], facts: Facts
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The function that gives a column's numbers, where a cast alone does not."""
    days = [c.name for c in numbers if c.type == "datetime"]
    truths = [c.name for c in numbers if c.type == "boolean" and is_text(facts.columns[c.name])]
    typed = [c.name for c in numbers if c.type == "numeric" and is_text(facts.columns[c.name])]
    constants: dict[str, Any] = {}
    branches: list[str] = []
    if truths:
        meaning = {
            text: number
            for name in truths
            for text in facts.columns[name].unique().to_pylist()
            if (
                number := {**dict.fromkeys(TRUTH, 1.0), **dict.fromkeys(FALSEHOOD, 0.0)}.get(
                    str(text).lower()
                )
            )
            is not None
        }
        constants["TRUTHS"] = meaning
        constants["YES_NO"] = truths
        branches.append(
            code("""
                if name in YES_NO:
                    return np.array([TRUTHS.get(text) for text in table[name].to_pylist()], float)
            """)
        )
    if typed:
        constants["TYPED"] = typed
        gone = blank(config, typed, facts)
        branches.append(
            code(f"""
                if name in TYPED:  # numbers that the file holds as text
                    texts = table[name].to_pylist()
                    return pa.array({gone}, pa.string()).cast(pa.float64()).to_numpy(False)
            """)
        )
    values = "table[name]"
    if days:
        constants["DATES"] = days
        zones = {
            str(kind.tz)
            for name in days
            if pa.types.is_timestamp(kind := facts.columns[name].type) and kind.tz
        }
        stamp = 'pa.timestamp("us")' if not zones else 'pa.timestamp("us", "UTC")'
        blanks = [name for name in days if name in facts.blanks]
        lines = list[str]()
        source = values
        if blanks:
            lines.append("texts = table[name].cast(pa.string()).to_pylist()")
            source = f"pa.array({blank(config, blanks, facts)}, pa.string())"
        lines += [
            f"moments = {source}.cast({stamp}{'' if blanks else ', safe=False'}).cast(pa.int64())",
            f"return moments.cast(pa.float64(), safe=False).to_numpy({'False' if blanks else ''}) / 86_400e6",
        ]
        branches.append(joined("if name in DATES:  # in days since 1970", indented(joined(*lines))))
    if not branches:
        return {}, ()
    head = code('''
        def numbers(table: pa.Table, name: str) -> np.ndarray:
            """A column as float64, NaN where there is no value."""
    ''')
    end = "return table[name].cast(pa.float64(), safe=False).to_numpy()"
    rest = [c for c in numbers if c.name not in {*truths, *typed, *days}]
    if not rest and len(branches) == 1:
        branches = [unconditional(branches[0])]
        for name in ("YES_NO", "TYPED", "DATES"):
            constants.pop(name, None)
    return constants, (
        joined(head, indented(joined(*branches, end if rest or len(branches) > 1 else ""))),
    )


def unconditional(branch: str) -> str:
    """What stands within a condition."""
    return code("\n".join(branch.splitlines()[1:]))


def standardising(numbers: list[Column], facts: Facts) -> str:
    """The function that standardises the columns of `NUMBERS`."""
    plain = all(
        (column.type == "numeric"
        and not is_text(facts.columns[column.name]))
        or (column.type == "boolean" and not is_text(facts.columns[column.name]))
        for column in numbers
    )
    values = (
        "table[name].cast(pa.float64(), safe=False).to_numpy()" if plain else "numbers(table, name)"
    )
    gone = bool(facts.unknown)
    constant = any(column.std == 1.0 for column in numbers)
    scale = "known.std() if known.min() < known.max() else 1.0" if constant else ""
    known = "values[train]"
    lines = joined(
        f"values = {values}",
        f"known = {known}",
        "known = known[~np.isnan(known)]" if gone else "",
        f"scale = {scale}" if scale else "",
    )
    formula = f"(values - known.mean()) / {'scale' if scale else 'known.std()'}"
    if gone:
        lines = joined(
            lines,
            "# No value counts as the mean.",
            f"columns.append(np.nan_to_num({formula}))",
            code("""
                if len(known) < len(train):
                    columns.append(np.isnan(values))
            """)
            if any(column.missing for column in numbers)
            else "",
        )
    else:
        lines = joined(lines, f"columns.append({formula})")
    about = (
        "Columns of mean 0 and deviation 1 over the training rows, and where they have no value."
        if any(column.missing for column in numbers)
        else "Columns of mean 0 and deviation 1 over the training rows."
    )
    head = code(f'''
        def standardised(table: pa.Table, train: np.ndarray) -> Tensor:
            """{about}"""
            columns = []
            for name in NUMBERS:
    ''')
    end = "return torch.tensor(np.stack(columns, axis=1), dtype=torch.float32)"
    return joined(head, indented(lines, 2), indented(end))


def blank(config: Config, names: list[str], facts: Facts) -> str:
    """The expression of `texts` with None where a text means that there is no value."""
    if not any(name in facts.blanks for name in names):
        return "texts"
    marks = "MISSING" if config.data.missing else ""
    test = f'text in ("", *{marks})' if marks else 'text == ""'
    return f"[None if {test} else text for text in texts]"


def coding(config: Config, categories: list[Column], facts: Facts, least: str) -> str:
    """The function that numbers the categories of the columns of `CATEGORIES`."""
    names = [column.name for column in categories]
    nan = any(pa.types.is_floating(facts.columns[name].type) for name in names)
    gone = any(facts.columns[name].null_count for name in names)
    texts = joined(
        "texts = table[name].cast(pa.string()).to_pylist()",
        f"texts = {blank(config, names, facts)}" if any(n in facts.blanks for n in names) else "",
        'texts = [None if text == "nan" else text for text in texts]' if nan and gone else "",
    )
    known = "text for text, n in counts.items() if n >= least"
    lines = joined(
        texts,
        "counts = Counter(texts[row] for row in train)",
        f"least = {least}" if " " in least else "",
        f"known = sorted({known.replace('n >= least', f'n >= {least}') if ' ' not in least else known})",
    )
    if gone:
        lines = joined(
            texts,
            "counts = Counter(texts[row] for row in train if texts[row] is not None)",
            f"least = {least}" if " " in least else "",
            f"known = sorted({known.replace('n >= least', f'n >= {least}') if ' ' not in least else known})",
            "number = {None: 1, **{text: i for i, text in enumerate(known, 2)}}",
        )
    else:
        lines = joined(lines, "number = {text: i for i, text in enumerate(known, 2)}")
    lines = joined(lines, "columns.append(torch.tensor([number.get(text, 0) for text in texts]))")
    about = "Codes: 0 not known from training, 1 no value, 2 and up the known texts in order."
    head = code(f'''
        def category_codes(table: pa.Table, train: np.ndarray) -> Tensor:
            """{about}"""
            columns = []
            for name in CATEGORIES:
    ''')
    return joined(head, indented(lines, 2), "    return torch.stack(columns, dim=1)")
