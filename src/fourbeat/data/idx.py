"""IDX files: a magic number, sizes, and that many bytes; gzipped or not."""

import gzip
import zlib
from math import prod
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from fourbeat.errors import DataError, first_line

GZIP = b"\x1f\x8b"
BYTES = 0x08
TYPES = {0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
BLOCK = 1 << 20
MOST_SIZES = 4
"""Images in colour have four: number, height, width, channels."""


def read(path: Path) -> np.ndarray:
    """A whole IDX file of unsigned bytes.

    Returns:
        uint8, of the shape that the file says; writable, so that torch takes it without a copy.

    Raises:
        DataError: naming the file, for anything but exactly such a file.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP
            file.seek(0)
            return content(cast(BinaryIO, gzip.open(file)) if packed else file, path)
    except FileNotFoundError:
        raise DataError("no such file", str(path)) from None
    except IsADirectoryError:
        raise DataError("this is a folder, not an IDX file", str(path)) from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            f"the gzip is damaged: {first_line(error)}", str(path), "Fetch the file again"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise DataError(f"cannot be read: {first_line(error)}", str(path)) from None


def content(file: BinaryIO, path: Path) -> np.ndarray:
    """The array in an open file."""
    sizes = header(file, path)
    wanted = prod(sizes)
    data = bytearray()
    while block := file.read(BLOCK):
        data += block
        if len(data) > wanted:
            raise DataError(
                f"more bytes than the {wanted:,} of its header's {shown(sizes)}", str(path)
            )
    if len(data) < wanted:
        raise DataError(
            f"the file is cut short: {len(data):,} of {wanted:,} bytes ({shown(sizes)})",
            str(path),
            "Fetch the file again",
        )
    return np.frombuffer(data, np.uint8).reshape(sizes)


def header(file: BinaryIO, path: Path) -> list[int]:
    """The sizes of each dimension."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in {BYTES, *TYPES}:
        raise DataError(f"not an IDX file: it begins with {magic.hex(' ') or 'nothing'}", str(path))
    kind, count = magic[2], magic[3]
    if kind != BYTES:
        raise DataError(
            f"the file holds {TYPES[kind]}, not bytes", str(path), "Write it as unsigned bytes"
        )
    if not 1 <= count <= MOST_SIZES:
        raise DataError(f"the header says {count} dimensions, not 1 to {MOST_SIZES}", str(path))
    sizes = file.read(4 * count)
    if len(sizes) < 4 * count:
        raise DataError("the file ends within its header", str(path))
    return [int(size) for size in np.frombuffer(sizes, ">u4")]


def shown(sizes: list[int]) -> str:
    """`60,000 x 28 x 28`."""
    return " x ".join(f"{size:,}" for size in sizes)
