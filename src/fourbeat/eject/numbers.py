"""A table's numbers, standardised by its training rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from fourbeat.config.columns import unit_of
from fourbeat.config.options import Config
from fourbeat.data import written
from fourbeat.data.column import Column
from fourbeat.data.dates import EPOCHS
from fourbeat.data.numbers import FALSEHOOD, TRUTH
from fourbeat.data.scale import END, KNOTS
from fourbeat.eject.categories import value_of
from fourbeat.eject.facts import Facts
from fourbeat.eject.part import Part
from fourbeat.eject.text import code, indented, joined

CAST = "table[name].cast(pa.float64(), safe=False).to_numpy()"

MEANING = {**dict.fromkeys(TRUTH, 1.0), **dict.fromkeys(FALSEHOOD, 0.0)}


def standardising(
    config: Config, columns: Sequence[Column], facts: Facts, time: Column | None
) -> Part:
    """The function that standardises these columns, and the one that reads their numbers.

    Args:
        time: a column whose numbers the split needs, and which may not be one of them.
    """
    others = [] if time is None or time in columns else [time]
    if not columns and others:
        read = reading(config, others, facts)
        empty = "numeric = torch.zeros(table.num_rows, 0)  # all are categories"
        return Part(read.constants, read.functions, empty)
    if not columns:
        return Part(lines="numeric = torch.zeros(table.num_rows, 0)  # all are categories")
    read = reading(config, [*columns, *others], facts)
    constants = {"NUMBERS": [column.name for column in columns], **read.constants}
    indicated = any(column.missing for column in columns)
    constant = any(column.std == 1.0 for column in columns)
    scale = "scale" if constant else "known.std()"
    formula = f"(values - known.mean()) / {scale}"
    mapped = [column.name for column in columns if column.knots]
    if mapped:
        constants |= {"BY_QUANTILE": mapped, "KNOTS": KNOTS, "END": END}
    lines = joined(
        f"values = {'numbers(table, name)' if read.functions else CAST}",
        "if name in BY_QUANTILE:\n    values = normal_scores(values, train)" if mapped else "",
        "known = values[train]",
        "known = known[~np.isnan(known)]" if facts.unknown else "",
        "scale = known.std() if known.min() < known.max() else 1.0" if constant else "",
        "# No value counts as the mean." if facts.unknown else "",
        f"columns.append(np.nan_to_num({formula}))"
        if facts.unknown
        else f"columns.append({formula})",
        "if len(known) < len(train):\n    columns.append(np.isnan(values))" if indicated else "",
    )
    more = ", and where values are missing" if indicated else ""
    head = code(f'''
        def standardised(table: pa.Table, train: np.ndarray) -> Tensor:
            """Numbers of mean 0 and deviation 1 over the training rows{more}."""
            columns = []
            for name in NUMBERS:
    ''')
    end = "return torch.tensor(np.stack(columns, axis=1), dtype=torch.float32)"
    function = joined(head, indented(lines, 2), indented(end))
    scores = (NORMAL_SCORES,) if mapped else ()
    functions = (*read.functions, *scores, function)
    return Part(constants, functions, "numeric = standardised(table, train)")


def expression(read: Part, name: str) -> str:
    """The numbers of a column.

    Args:
        read: what `standardising` gave.
        name: the expression of its name.
    """
    numbers = any(function.startswith("def numbers(") for function in read.functions)
    return f"numbers(table, {name})" if numbers else CAST.replace("name", name)


def reading(config: Config, columns: Sequence[Column], facts: Facts) -> Part:
    """The function `numbers`; nothing where a cast gives the numbers of every column."""
    kinds: dict[str, list[str]] = {}
    for column in columns:
        kind = kind_of(column, facts.columns[column.name].type)
        if kind:
            kinds.setdefault(kind, []).append(column.name)
    if not kinds:
        return Part()
    branches = [
        joined(f"if name in {kind}:", indented(body))
        for kind, body in ways(config, kinds, facts).items()
        if kind in kinds
    ]
    head = code('''
        def numbers(table: pa.Table, name: str) -> np.ndarray:
            """A column as float64, NaN where there is no value."""
    ''')
    function = joined(head, indented(joined(*branches, f"return {CAST}")))
    dated = any("DATE" in kind for kind in kinds)
    helpers = (AMOUNT,) if "NUMBER_FORMATS" in kinds else ()
    constants = formats(kinds, columns, facts)
    return Part(constants, (*((DAYS,) if dated else ()), *helpers, function))


def formats(
    kinds: Mapping[str, list[str]], columns: Sequence[Column], facts: Facts
) -> dict[str, Any]:
    """The constants: which columns are of each kind, and how theirs are written."""
    constants: dict[str, Any] = dict(kinds)
    if "YES_NO" in kinds:
        constants["TRUTHS"] = {
            str(text): MEANING[str(text).lower()]
            for name in kinds["YES_NO"]
            for text in facts.columns[name].drop_null().unique().to_pylist()
        }
    if "DATE_FORMATS" in kinds:
        constants["DATE_FORMATS"] = {
            column.name: sorted(column.formats, key=lambda form: "%y" not in form)
            for column in columns
            if column.name in kinds["DATE_FORMATS"]
        }
    if "MONTH_FORMATS" in kinds:
        constants["MONTH_FORMATS"] = {
            column.name: [f"{form} %d" for form in column.formats]
            for column in columns
            if column.name in kinds["MONTH_FORMATS"]
        }
    if "COUNTED_DATES" in kinds:
        constants["COUNTED_DATES"] = {
            column.name: EPOCHS[column.formats[0]]
            for column in columns
            if column.name in kinds["COUNTED_DATES"]
        }
    if "NUMBER_FORMATS" in kinds:
        constants["NUMBER_FORMATS"] = {
            column.name: written.parts(column.formats[0])
            for column in columns
            if column.name in kinds["NUMBER_FORMATS"]
        }
    if "ORDERS" in kinds:
        constants["ORDERS"] = {c.name: list(c.order) for c in columns if c.type == "ordered"}
    return constants


def ways(config: Config, kinds: Mapping[str, list[str]], facts: Facts) -> dict[str, str]:
    """The lines that read a column of each kind."""
    return {
        "ORDERS": code("""
            places = {text: place for place, text in enumerate(ORDERS[name])}
            texts = table[name].cast(pa.string()).to_pylist()
            return np.array([places.get(text, np.nan) for text in texts])
        """),
        "DATE_FORMATS": code("""
            texts = table[name].cast(pa.string())
            moments = [
                pc.strptime(texts, form, "us", error_is_null=True) for form in DATE_FORMATS[name]
            ]
            return days(pc.coalesce(*moments))
        """),
        "MONTH_FORMATS": code("""
            texts = pc.binary_join_element_wise(table[name], "01", " ")
            moments = [
                pc.strptime(texts, form, "us", error_is_null=True) for form in MONTH_FORMATS[name]
            ]
            return days(pc.coalesce(*moments))
        """),
        "DATES_OF_QUARTERS": code("""
            texts = [re.findall(r"\\d+", text or "") for text in table[name].to_pylist()]
            pairs = [sorted(text, key=len) for text in texts]
            firsts = [f"{p[1]}-{3 * int(p[0]) - 2:02}-01" if len(p) == 2 else None for p in pairs]
            return days(pa.chunked_array([firsts]).cast(pa.timestamp("us")))
        """),
        "COUNTED_DATES": code("""
            moments = table[name].cast(pa.int64()).cast(pa.timestamp(COUNTED_DATES[name]))
            return days(moments.cast(pa.timestamp("us")))
        """),
        "NUMBER_FORMATS": amounts(config, kinds.get("NUMBER_FORMATS", ()), facts),
        "TIMES": code("""
            times = table[name].cast(pa.time64("ns")).cast(pa.int64())
            return times.cast(pa.float64()).to_numpy() / 3600e9
        """),
        "YES_NO": "return np.array([TRUTHS.get(text) for text in table[name].to_pylist()], float)",
        "DATES": f"return days(table[name].cast({MOMENT}, safe=False))",
        "ZONED_DATES": 'return days(table[name].cast(pa.timestamp("us", "UTC"), safe=False))',
        "TEXT_DATES": of_texts(config, kinds, "TEXT_DATES", facts, f"days(texts.cast({MOMENT}))"),
        "TEXT_NUMBERS": of_texts(
            config, kinds, "TEXT_NUMBERS", facts, "texts.cast(pa.float64()).to_numpy()"
        ),
    }


def kind_of(column: Column, kind: pa.DataType) -> str:
    """The constant that lists columns of this kind, empty where a cast gives the numbers."""
    if column.type == "ordered":
        return "ORDERS"
    if column.formats and column.type == "datetime":
        return OF_UNIT[unit_of(column.formats[0])]
    if pa.types.is_time(kind):
        return "TIMES"
    if pa.types.is_string(kind):
        if column.formats:
            return "NUMBER_FORMATS"
        kinds = {"boolean": "YES_NO", "datetime": "TEXT_DATES"}
        return kinds.get(column.type, "TEXT_NUMBERS")
    if column.type != "datetime":
        return ""
    return "ZONED_DATES" if pa.types.is_timestamp(kind) and kind.tz else "DATES"


OF_UNIT = {
    "%d": "DATE_FORMATS",
    "%m": "MONTH_FORMATS",
    "%q": "DATES_OF_QUARTERS",
    "%s": "COUNTED_DATES",
    "%Q": "COUNTED_DATES",
}
"""The constant of the columns of dates whose format is of that unit."""

NORMAL_SCORES = code('''
    def normal_scores(values: np.ndarray, train: np.ndarray) -> np.ndarray:
        """Each number as the normal score of its quantile among the training rows."""
        known = values[train]
        known = known[~np.isnan(known)]
        finite = known[np.isfinite(known)]
        known = np.clip(known, finite.min(), finite.max())
        levels = np.linspace(0, 1, min(KNOTS, len(known)))
        quantiles = np.quantile(known, levels, method="inverted_cdf")
        knots = np.unique(quantiles)
        first = np.searchsorted(quantiles, knots, side="left")
        last = np.searchsorted(quantiles, knots, side="right") - 1
        middle = np.clip((levels[first] + levels[last]) / 2, END, 1 - END)
        scores = [NormalDist().inv_cdf(level) for level in middle.tolist()]
        return np.interp(np.clip(values, knots[0], knots[-1]), knots, scores)
''')

MOMENT = 'pa.timestamp("us")'

DAYS = code('''
    def days(moments: pa.ChunkedArray) -> np.ndarray:
        """Days since 1970 of moments in microseconds."""
        return moments.cast(pa.int64()).cast(pa.float64(), safe=False).to_numpy() / 86_400e6
''')


AMOUNT = code(r'''
    def amount(text: str, prefix: str, decimal: str, suffix: str) -> float:
        """The number that a text is; in brackets it is negative."""
        bare = text.strip().strip("()").replace(prefix, "", 1).strip().removesuffix(suffix)
        whole, part = (re.sub(r"\D", "", digits) for digits in bare.partition(decimal)[::2])
        minus = "-" if "(" in text or set(bare) & set("-\u2212") else ""
        return float(f"{minus}{whole}.{part or 0}")
''')


def amounts(config: Config, names: Sequence[str], facts: Facts) -> str:
    """The lines that turn columns of numbers that are written for people into numbers."""
    value = value_of(config, names, facts)
    gaps = " if text else np.nan" if value else ""
    return joined(
        "texts = table[name].to_pylist()",
        f"texts = [{value} for text in texts]" if value else "",
        f"return np.array([amount(text, *NUMBER_FORMATS[name]){gaps} for text in texts])",
    )


def of_texts(
    config: Config, kinds: Mapping[str, Sequence[str]], kind: str, facts: Facts, end: str
) -> str:
    """The lines that turn columns of text into numbers.

    Args:
        end: the expression of the numbers, from `texts`.
    """
    value = value_of(config, kinds.get(kind, ()), facts)
    if not value:
        return f"return {end.replace('texts', 'table[name]')}"
    return code(f"""
        texts = [{value} for text in table[name].to_pylist()]
        texts = pa.chunked_array([pa.array(texts, pa.string())])
        return {end}
    """)
