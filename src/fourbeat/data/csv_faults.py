"""Why a CSV was refused: looked for only after pyarrow refused it, named by line."""

import codecs
import csv
import io
import zlib
from contextlib import suppress
from pathlib import Path

from fourbeat.data.opening import open_plain
from fourbeat.errors import DataError, Problem, first_line

SHOWN = 3


def explain(path: Path, delimiter: str, error: Exception) -> DataError:
    """Turn pyarrow's refusal into one that names every kind of fault and its first lines."""
    try:
        with open_plain(path) as file:
            raw = file.read()
    except (OSError, EOFError, zlib.error) as broken:
        return DataError(f"cannot be decompressed: {broken}", str(path))
    problems = bad_bytes(path.name, raw)
    if not problems:
        # A field that is too long for this reader is left to pyarrow's own words.
        with suppress(csv.Error):
            problems = bad_lengths(path.name, raw.decode("utf-8-sig"), delimiter)
    if not problems:
        problems = [Problem(first_line(error), path.name)]
    return DataError(problems)


def bad_bytes(name: str, raw: bytes) -> list[Problem]:
    """Lines whose bytes are not UTF-8."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return [Problem("the file is UTF-16", name, "Save it as UTF-8 (iconv -f utf-16 -t utf-8)")]
    lines = [number for number, line in enumerate(raw.split(b"\n"), 1) if not is_utf8(line)]
    if not lines:
        return []
    return [
        Problem(
            f"{count(lines)} with bytes that are not UTF-8",
            f"{name}, {listed(lines)}",
            "Save the file as UTF-8 (iconv -f latin1 -t utf-8)",
        )
    ]


def is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def bad_lengths(name: str, text: str, delimiter: str) -> list[Problem]:
    """Rows that have more or fewer fields than the header."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = next(reader, [])
    wrong: dict[str, list[int]] = {"more": [], "fewer": []}
    for row in reader:
        if row and len(row) != len(header):
            wrong["more" if len(row) > len(header) else "fewer"].append(reader.line_num)
    return [
        Problem(
            f"{count(lines)} with {which} fields than the header's {len(header)}",
            f"{name}, {listed(lines)}",
            "Quote fields that hold the delimiter" if which == "more" else "",
        )
        for which, lines in wrong.items()
        if lines
    ]


def count(lines: list[int]) -> str:
    return "a line" if len(lines) == 1 else f"{len(lines)} lines"


def listed(lines: list[int]) -> str:
    """`line 4`, or `lines 4, 9, 17, …`."""
    if len(lines) == 1:
        return f"line {lines[0]}"
    more = ", …" if len(lines) > SHOWN else ""
    return f"lines {', '.join(map(str, lines[:SHOWN]))}{more}"
