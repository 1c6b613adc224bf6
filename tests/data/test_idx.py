"""IDX files are read to the byte, or refused by name."""

import gzip

import numpy as np
import pytest

from fourbeat.data.idx import read
from fourbeat.errors import DataError


@pytest.mark.parametrize("name", ["a-idx3-ubyte", "a-idx3-ubyte.gz"])
@pytest.mark.parametrize("shape", [(3, 4, 5), (7,), (0, 4, 5)])
def test_what_was_written_is_read(tmp_path, write_idx, name, shape):
    array = np.arange(np.prod(shape)).reshape(shape).astype(np.uint8)
    found = read(write_idx(tmp_path / name, array))
    assert found.dtype == np.uint8
    assert found.flags.writeable
    np.testing.assert_array_equal(found, array)


def test_gzip_is_known_by_its_bytes(tmp_path, write_idx):
    packed = write_idx(tmp_path / "a.gz", np.arange(6).reshape(2, 3))
    assert read(packed.rename(tmp_path / "a.idx")).shape == (2, 3)


WHOLE = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, *range(6)])
FAULTS = {
    "nothing": (b"", "not an IDX file: it begins with nothing"),
    "text": (b"a,b,c\n1,2,3\n", "not an IDX file: it begins with 61 2c 62 2c"),
    "floats": (bytes([0, 0, 0x0D, 1, 0, 0, 0, 1]) + bytes(4), "holds float32, not bytes"),
    "dimensions": (bytes([0, 0, 8, 9]) + bytes(40), "says 9 dimensions, not 1 to 4"),
    "header": (WHOLE[:9], "ends within its header"),
    "short": (WHOLE[:-1], r"cut short: 5 of 6 bytes \(2 x 3\)"),
    "long": (WHOLE + b"!", "more bytes than the 6 of its header's 2 x 3"),
    "huge": (WHOLE[:4] + b"\xff" * 8, "cut short: 0 of 18,446,744,065,119,617,025 bytes"),
    "gzip": (gzip.compress(WHOLE)[:-9], "the gzip is damaged"),
    "checksum": (gzip.compress(WHOLE)[:-8] + bytes(8), "the gzip is damaged"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_the_file(tmp_path, fault):
    content, message = FAULTS[fault]
    path = tmp_path / "images"
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read(path)
    assert caught.value.problems[0].place == str(path)


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read(tmp_path / "absent")
    with pytest.raises(DataError, match="this is a folder"):
        read(tmp_path)


def test_no_cut_file_is_read(tmp_path):
    whole = gzip.compress(WHOLE)
    for content in (WHOLE, whole):
        for length in range(len(content)):
            (tmp_path / "cut").write_bytes(content[:length])
            with pytest.raises(DataError):
                read(tmp_path / "cut")
