"""Tables are read strictly: what is refused is named by file, line and column."""

import gzip

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet
import pytest

from fourbeat.data.source import read
from fourbeat.errors import DataError


def write(tmp_path, raw, name="t.csv"):
    file = tmp_path / name
    file.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return file


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("a,b\n1,x\n2,y\n", "t.csv"),
        ("\ufeffa,b\n1,x\n2,y\n", "t.csv"),
        ("a,b\r\n1,x\r\n2,y\r\n", "t.csv"),
        ("a;b\n1;x\n2;y\n", "t.csv"),
        ("a\tb\n1\tx\n2\ty\n", "t.tsv"),
        ("a|b\n1|x\n2|y", "t.txt"),
        (gzip.compress(b"a,b\n1,x\n2,y\n", mtime=0), "t.csv.gz"),
        ('"a","b"\n"1","x"\n"2","y"\n', "t.csv"),
    ],
)
def test_ways_to_write_one_table(tmp_path, raw, name):
    source = read(write(tmp_path, raw, name))
    assert {k: v.to_pylist() for k, v in source.columns.items()} == {"a": [1, 2], "b": ["x", "y"]}
    assert source.rows == 2
    assert len(source.sha256) == 64


def test_delimiters_and_line_breaks_inside_of_quotes(tmp_path):
    source = read(write(tmp_path, 'a,b\n1,"x, or\nnot"\n2,y\n'))
    assert source.columns["b"].to_pylist() == ["x, or\nnot", "y"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("", "the file is empty"),
        ("a,b\n", "has no rows"),
        (
            "a,b\n1,2\n1,2,3\n4,5\n",
            r"a line with more fields than the header's 2 \(t.csv, line 3\)",
        ),
        ("a,b\n1\n1,2\n", r"a line with fewer fields than the header's 2 \(t.csv, line 2\)"),
        ("a,b\n1,2,3\n1\n", "2 problems"),
        (b"a,b\n1,x\n2,caf\xe9\n", r"not UTF-8 \(t.csv, line 3\)"),
        ("a,a,b\n1,2,3\n", "column 'a' stands 2 times in the header"),
    ],
)
def test_what_is_refused_and_where(tmp_path, raw, message):
    with pytest.raises(DataError, match=message):
        read(write(tmp_path, raw))


def test_no_such_file_and_the_nearest_name(tmp_path):
    write(tmp_path, "a\n1\n", "tickets.csv")
    with pytest.raises(DataError, match="no such file.*Did you mean .*tickets.csv"):
        read(tmp_path / "tikets.csv")
    with pytest.raises(DataError, match="a folder, not a table"):
        read(tmp_path)
    with pytest.raises(DataError, match="cannot read a table from list"):
        read([1, 2])


def test_not_parquet_and_damaged_parquet(tmp_path):
    with pytest.raises(DataError, match="neither Parquet nor Arrow"):
        read(write(tmp_path, "a,b\n1,2\n", "t.parquet"))
    parquet.write_table(pa.table({"a": [1]}), tmp_path / "p.parquet")
    raw = (tmp_path / "p.parquet").read_bytes()
    with pytest.raises(DataError, match="damaged"):
        read(write(tmp_path, raw[:-9], "q.parquet"))


def test_missing_is_the_empty_text_and_what_is_declared(tmp_path):
    file = write(tmp_path, "n,t\n1,?\n?,\nNA,NA\n2,DE\n")
    source = read(file, missing=["?"])
    assert source.columns["n"].to_pylist() == [1, None, None, 2]
    assert source.columns["t"].to_pylist() == [None, None, "NA", "DE"]  # Namibia is no gap


def test_the_same_values_from_every_source(tmp_path):
    table = pa.table({"a": [1, 2, None], "b": ["x", None, "y"], "c": [0.5, 1.5, 2.5]})
    parquet.write_table(table, tmp_path / "t.parquet")
    with ipc.new_file(str(tmp_path / "t.arrow"), table.schema) as writer:
        writer.write_table(table)
    frames = [
        table,
        tmp_path / "t.parquet",
        tmp_path / "t.arrow",
        pl.from_arrow(table),
        pd.DataFrame(
            {"a": pd.array([1, 2, None], "Int64"), "b": ["x", None, "y"], "c": [0.5, 1.5, 2.5]}
        ),
        table.set_column(1, "b", table["b"].dictionary_encode()),
        table.set_column(1, "b", table["b"].cast(pa.large_string())),
    ]
    for frame in frames:
        columns = read(frame).columns
        assert {name: values.to_pylist() for name, values in columns.items()} == table.to_pydict()
        assert columns["b"].type == pa.string()


def test_a_frame_has_an_identity_by_its_values():
    def identity(values):
        return read(pa.table({"a": pa.chunked_array(values)})).sha256

    assert (
        identity([[1, 2, 3]]) == identity([[1], [2, 3]]) == identity([pa.array([0, 1, 2, 3])[1:]])
    )
    assert identity([[1, 2, 3]]) != identity([[1, 2, 4]])


def test_the_index_of_a_pandas_frame_is_no_column():
    frame = pd.DataFrame({"a": np.arange(3)}, index=pd.Index([5, 6, 7]))
    assert list(read(frame).columns) == ["a"]
