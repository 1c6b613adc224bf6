"""How the script reads its table: by pyarrow, with the options that this file needs."""

from typing import Any

from fourbeat.config.options import Config
from fourbeat.eject.facts import Facts
from fourbeat.eject.part import Part
from fourbeat.eject.text import code, indented, joined, path, quoted

NAMES = ("DATA", "VALIDATION_DATA", "TEST_DATA")


def files(facts: Facts) -> list[str]:
    """The constants that hold the files' paths."""
    return [name for name, count in zip(NAMES, facts.counts, strict=True) if count]


def reading(config: Config, facts: Facts, wanted: list[str]) -> Part:
    """The lines that check the files and read them into `table`.

    Args:
        wanted: names of the columns that the script uses.
    """
    names = files(facts)
    constants: dict[str, Any] = {
        name: path(name, file) for name, file in zip(names, facts.paths, strict=True)
    }
    if len(names) == 1:
        call, options, functions = one(config, facts)
        return Part(constants | options, functions, f"table = {call.replace('path', 'DATA')}")
    call, options, functions = one(config, facts)
    options["COLUMNS"] = wanted
    body = f"return {call}.select(COLUMNS)"
    if functions:
        body = "return read_table(path).select(COLUMNS)"
    read = code('''
        def read_columns(path: Path) -> pa.Table:
            """The columns that are used, in one order for all files."""
    ''')
    read = joined(read, indented(body))
    lines = joined(
        f"tables = [read_columns(path) for path in ({', '.join(names)})]",
        'table = pa.concat_tables(tables, promote_options="permissive")',
    )
    return Part(constants | options, (*functions, read), lines)


def one(config: Config, facts: Facts) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """The call that reads `path`, the constants and the functions that it needs."""
    delimiters = set(facts.delimiters)
    if delimiters == {None}:
        return ("feather.read_table(path)" if facts.arrow else "parquet.read_table(path)"), {}, ()
    if delimiters == {","} and not (config.data.missing or facts.texts or facts.line_breaks):
        return "csv.read_csv(path)", {}, ()
    constants: dict[str, Any] = {}
    parse = list[str]()
    if len(delimiters) > 1:
        constants["DELIMITERS"] = {
            file.name: d for file, d in zip(facts.paths, facts.delimiters, strict=True)
        }
        parse.append("delimiter=DELIMITERS[path.name]")
    elif delimiters != {","}:
        parse.append(f"delimiter={quoted(str(facts.delimiters[0]))}")
    if facts.line_breaks:
        parse.append("newlines_in_values=True")
    convert = list[str]()
    before = ""
    if config.data.missing:
        constants["MISSING"] = list(config.data.missing)
        before = "missing = [*csv.ConvertOptions().null_values, *MISSING]"
        convert.append("null_values=missing")
    if facts.texts:
        constants["TEXTS"] = facts.texts
        convert.append("column_types=texts")
    lines = joined(
        before,
        "texts = dict.fromkeys(TEXTS, pa.string())" if facts.texts else "",
        f"parsing = csv.ParseOptions({', '.join(parse)})" if parse else "",
        f"conversion = csv.ConvertOptions({', '.join(convert)})" if convert else "",
    )
    arguments = "path"
    arguments += ", parse_options=parsing" if parse else ""
    arguments += ", convert_options=conversion" if convert else ""
    head = code('''
        def read_table(path: Path) -> pa.Table:
            """A table in text, its columns' types inferred from their values."""
    ''')
    text = joined(head, indented(joined(lines, f"return csv.read_csv({arguments})")))
    return "read_table(path)", constants, (text,)
