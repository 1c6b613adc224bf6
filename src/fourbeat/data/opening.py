"""Files of rows before anyone reads the rows: identity, compression, delimiter."""

import bz2
import csv
import difflib
import gzip
import hashlib
import io
import re
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from fourbeat.errors import DataError, first_line

CSV_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".csv.bz2")
PACKED = (".gz", ".bz2")
DELIMITERS = (",", "\t", ";", "|")


def is_csv(path: Path) -> bool:
    """Whether a file is named as a text table."""
    return path.name.lower().endswith(CSV_SUFFIXES)


def scan(path: Path) -> tuple[str, bool]:
    """Read a file once: its sha256, and whether it holds a double quote at all."""
    try:
        with path.open("rb") as file:
            digest, quoted = hashlib.sha256(), False
            while block := file.read(1 << 20):
                digest.update(block)
                quoted = quoted or b'"' in block
    except IsADirectoryError:
        raise DataError("this is a folder, not a table", str(path)) from None
    except FileNotFoundError:
        raise DataError("no such file", str(path), near_file(path)) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DataError(f"cannot be read: {first_line(error)}", str(path)) from None
    if path.stat().st_size == 0:
        raise DataError("the file is empty", str(path))
    return digest.hexdigest(), quoted or path.suffix.lower() in PACKED


def near_file(path: Path) -> str:
    """A remedy for a name that was mistyped."""
    try:
        there = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, there, n=1)
    return f"Did you mean {path.parent / near[0]}?" if near else ""


def delimiter_of(path: Path) -> str:
    """The one that the header holds most often outside of quotes; the comma when in doubt."""
    try:
        with open_plain(path) as file:
            line = next((line for line in file if line.strip()), b"")
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"cannot be decompressed: {first_line(error)}", str(path)) from None
    header = re.sub(r'"[^"]*"', "", line.decode("utf-8", errors="replace"))
    return max(DELIMITERS, key=header.count)


def header_of(path: Path, delimiter: str) -> list[str]:
    """The names in the first line that is not empty.

    Raises:
        DataError: for one that is too long.
        UnicodeDecodeError, OSError, EOFError, zlib.error: where the file cannot be read.
    """
    with open_plain(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        try:
            return next((row for row in csv.reader(text, delimiter=delimiter) if row), [])
        except csv.Error as error:
            fact = f"the header cannot be read: {first_line(error)}"
            raise DataError(fact, str(path)) from None


def open_plain(path: Path) -> BinaryIO:
    """Open for reading, decompressed if need be."""
    if path.suffix.lower() == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    if path.suffix.lower() == ".bz2":
        return cast(BinaryIO, bz2.open(path, "rb"))
    return path.open("rb")
