"""How the script reads its table: by pyarrow, with the options that this file needs."""

from typing import Any

from fourbeat.config.options import Config
from fourbeat.data.source import as_number
from fourbeat.eject.facts import Facts
from fourbeat.eject.part import Part
from fourbeat.eject.text import Code, code, indented, joined, path, quoted

NAMES = ("DATA", "VALIDATION_DATA", "TEST_DATA")


def files(facts: Facts) -> list[str]:
    """The constants that hold the files' paths."""
    return [name for name, count in zip(NAMES, facts.counts, strict=True) if count]


CALLS = {
    "csv": "csv.read_csv(path)",
    "parquet": "parquet.read_table(path)",
    "arrow": "feather.read_table(path)",
}


DECODED = code('''
    def decoded(table: pa.Table) -> pa.Table:
        """The values of columns that are stored as codes, so that files can be put together."""
        kinds = [getattr(kind, "value_type", kind) for kind in table.schema.types]
        return table.cast(pa.schema(zip(table.column_names, kinds, strict=True)))
''')


UNMARKED = code('''
    def unmarked(table: pa.Table) -> pa.Table:
        """The table without the numbers and dates that stand for no value."""
        for name in MARKED:
            column = table[name]
            date = pa.types.is_date(column.type)
            values = column.cast(pa.string() if date else pa.float64(), safe=False)
            gone = pc.is_in(values, value_set=pa.array(MISSING if date else MARKS, values.type))
            column = pc.if_else(gone, pa.scalar(None, column.type), column)
            table = table.set_column(table.column_names.index(name), name, column)
        return table
''')


def reading(config: Config, facts: Facts, wanted: list[str]) -> Part:
    """The lines that read the files into `table`.

    Args:
        wanted: names of the columns that the script uses.
    """
    read = joined_files(config, facts, wanted)
    if not facts.marked:
        return read
    numbers = [number for number in map(as_number, config.data.missing) if number is not None]
    marks = {"MISSING": list(config.data.missing), "MARKED": facts.marked, "MARKS": numbers}
    lines = joined(read.lines, "table = unmarked(table)")
    return Part({**read.constants, **marks}, (*read.functions, UNMARKED), lines)


def joined_files(config: Config, facts: Facts, wanted: list[str]) -> Part:
    """The lines that read the files, one below the other."""
    names = files(facts)
    paths: dict[str, Any] = {
        name: path(name, file) for name, file in zip(names, facts.paths, strict=True)
    }
    read = reader(config, facts, names)
    call = "read_table(path)" if read.functions else CALLS[facts.kinds[0]]
    if len(names) == 1:
        line = f"table = {call.replace('path', 'DATA')}"
        return Part({**paths, **read.constants}, read.functions, line)
    each, functions = f"{call}.select(COLUMNS)", read.functions
    if facts.coded:
        each, functions = f"decoded({each})", (*functions, DECODED)
    lines = joined(
        f"paths = ({', '.join(names)})",
        f"tables = [{each} for path in paths]",
        'table = pa.concat_tables(tables, promote_options="permissive")',
    )
    return Part({**paths, **read.constants, "COLUMNS": wanted}, functions, lines)


def reader(config: Config, facts: Facts, names: list[str]) -> Part:
    """The function `read_table`; nothing where one call without options reads each file."""
    constants: dict[str, Any] = {}
    parsing, parse = parse_options(facts, constants)
    conversion, convert = convert_options(config, facts, constants)
    kinds = set(facts.kinds)
    if len(kinds) == 1 and ("csv" not in kinds or not (parse or convert)):
        return Part()
    csv = f"csv.read_csv({', '.join(['path', *parse, *convert])})"
    others = [
        f"if path == {name}:\n    return {CALLS[kind]}"
        for name, kind in zip(names, facts.kinds, strict=True)
        if kind != ("csv" if "csv" in kinds else facts.kinds[-1])
    ]
    last = csv if "csv" in kinds else CALLS[facts.kinds[-1]]
    lines = joined(*others, parsing, conversion, f"return {last}")
    head = code('''
        def read_table(path: Path) -> pa.Table:
            """A table, the types of its columns as its values have them."""
    ''')
    return Part(constants, (joined(head, indented(lines)),))


def parse_options(facts: Facts, constants: dict[str, Any]) -> tuple[str, list[str]]:
    """The line that makes the parser's options, and the argument for them."""
    said: list[str] = []
    delimiters = set(facts.delimiters)
    if len(delimiters) > 1:
        texts = zip(files(facts), facts.kinds, facts.delimiters, strict=True)
        constants["DELIMITERS"] = {Code(name): mark for name, kind, mark in texts if kind == "csv"}
        said.append("delimiter=DELIMITERS[path]")
    elif delimiters != {","}:
        said.append(f"delimiter={quoted(facts.delimiters[0])}")
    if facts.line_breaks:
        said.append("newlines_in_values=True")
    if not said:
        return "", []
    return f"parsing = csv.ParseOptions({', '.join(said)})", ["parse_options=parsing"]


def convert_options(
    config: Config, facts: Facts, constants: dict[str, Any]
) -> tuple[str, list[str]]:
    """The lines that make the converter's options, and the argument for them."""
    lines: list[str] = []
    said: list[str] = []
    if config.data.missing:
        constants["MISSING"] = list(config.data.missing)
        lines.append("missing = [*csv.ConvertOptions().null_values, *MISSING]")
        said.append("null_values=missing")
    if facts.texts:
        constants["TEXTS"] = facts.texts
        lines.append("texts = dict.fromkeys(TEXTS, pa.string())")
        said.append("column_types=texts")
    if not said:
        return "", []
    lines.append(f"conversion = csv.ConvertOptions({', '.join(said)})")
    return joined(*lines), ["convert_options=conversion"]
