"""A table that stays in its files is understood as in memory: schema, statistics, split, findings, bits."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fourbeat.config.columns import ColumnConfig
from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data import storing
from fourbeat.data.leaks import sample
from fourbeat.data.prepare import prepare
from fourbeat.errors import DataError


def table(seed, n=150):
    """A table of every kind of column."""
    rng = np.random.default_rng(seed)
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=int(d)) for d in rng.integers(0, 900, n)]
    kinds = rng.choice(list("abcdef")[: rng.integers(2, 7)], n)
    return pa.table(
        {
            "part": rng.permutation(["train"] * (n - 60) + ["validation"] * 30 + ["test"] * 30),
            "size": pa.array(rng.normal(3, 2, n), mask=rng.random(n) < 0.1),
            "gain": rng.standard_cauchy(n),
            "count": rng.integers(0, rng.integers(3, 9), n),
            "owner": rng.integers(0, 40, n),
            "kind": pa.array(kinds).dictionary_encode(),
            "level": rng.choice(["low", "medium", "high", ""], n),
            "date": [f"{d:%d/%m/%Y}" for d in days],
            "when": pa.array(days),
            "truth": rng.random(n) < 0.5,
            "y": np.where(rng.random(n) < 0.2 + 0.5 * (kinds == "a"), "yes", "no"),
        }
    )


def both(path, split, **data):
    """The same table in memory and streamed."""
    data = {"target": "y", "columns": {"date": ColumnConfig(format=("%d/%m/%Y",))}, **data}
    return [
        prepare(DataConfig(path=path, stream=stream, **data), split, 5) for stream in (False, True)
    ]


def same(memory, stream):
    """All that is known of both, and every encoded row, is the same."""
    leave = {"notes"}
    assert memory.record.model_dump(exclude=leave) == stream.record.model_dump(exclude=leave)
    assert set(memory.record.notes) <= set(stream.record.notes)
    assert memory.shape == stream.shape
    assert [leak.finding for leak in memory.leaks] == [leak.finding for leak in stream.leaks]
    every = stream.features.pick(np.arange(len(memory.target)))
    assert torch.equal(memory.features.numeric, every.numeric)
    assert torch.equal(memory.features.codes, every.codes)
    assert torch.equal(memory.target, stream.target)


SPLITS = {
    "random": SplitConfig(),
    "column": SplitConfig(column="part"),
    "group": SplitConfig(group="owner"),
    "time": SplitConfig(time="when"),
    "both": SplitConfig(group="owner", time="when", validation=0.3, test=0.3),
    "folds": SplitConfig(folds=3, fold=1),
}


@settings(deadline=None, max_examples=15)
@given(
    st.integers(0, 10**6),
    st.integers(1, 60),
    st.sampled_from(list(SPLITS)),
    st.sampled_from(["classification", "regression", "multilabel"]),
)
def test_whatever_the_row_groups_a_table_is_what_it_is_in_memory(
    tmp_path_factory, seed, rows, split, task
):
    path = tmp_path_factory.mktemp("stream") / "t.parquet"
    parquet.write_table(table(seed), path, row_group_size=rows)
    target = {"regression": "size", "multilabel": ("y", "truth")}.get(task, "y")
    made = table(seed)
    if task == "regression":
        made = made.set_column(1, "size", made["size"].fill_null(0.0))
        parquet.write_table(made, path, row_group_size=rows)
    memory, stream = both(path, SPLITS[split], target=target, task=task)
    same(memory, stream)
    assert stream.features.counts == [min(rows, 150 - at) for at in range(0, 150, rows)]


@pytest.fixture
def written(tmp_path):
    """Write a table as a file of some kind."""

    def write(made, name):
        path = tmp_path / name
        if name.endswith(("csv", "csv.gz")):
            made = made.set_column(5, "kind", made["kind"].cast(pa.string()))
            with (
                pa.CompressedOutputStream(path, "gzip")
                if name.endswith("gz")
                else open(path, "wb") as file
            ):
                csv.write_csv(made, file)
        elif name.endswith("arrow"):
            with ipc.new_file(path, made.schema) as writer:
                writer.write_table(made, max_chunksize=40)
        else:
            parquet.write_table(made, path, row_group_size=37)
        return path

    return write


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.arrow"])
def test_other_files_are_copied_and_that_is_said(written, name):
    memory, stream = both(written(table(3), name), SplitConfig())
    same(memory, stream)
    what = "Arrow" if name == "t.arrow" else "text"
    assert any(
        f"temporary copy in row groups of 65,536 rows: {name} is {what}" in note
        for note in stream.record.notes
    )


def test_the_type_of_a_csv_column_may_be_decided_by_its_last_row(tmp_path, monkeypatch):
    monkeypatch.setattr("fourbeat.data.csv_blocks.BLOCK", 1 << 10)
    path = tmp_path / "t.csv"
    rows = [f"{i % 7},{i % 5}.5,2020-01-{i % 28 + 1:02},{'ab'[i % 2]}" for i in range(900)]
    path.write_text("\n".join(["a,b,c,y", *rows, "late,,,a"]) + "\n")
    memory, stream = both(path, SplitConfig(), columns={})
    same(memory, stream)
    assert {c.name: c.source for c in stream.record.columns} == {
        "a": "string",
        "b": "double",
        "c": "date32[day]",
    }


def test_large_row_groups_are_cut_up_in_a_copy(written, monkeypatch):
    monkeypatch.setattr(storing, "MOST_ROWS", 36)
    monkeypatch.setattr(storing, "COPIED_ROWS", 16)
    memory, stream = both(written(table(4), "t.parquet"), SplitConfig())
    same(memory, stream)
    assert max(stream.features.counts) <= 16
    assert any("row groups of more than 36 rows" in note for note in stream.record.notes)


@pytest.mark.parametrize("name", ["t.parquet", "t.csv", "t.arrow"])
def test_nothing_is_left_behind(written, tmp_path, monkeypatch, name):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    both(written(table(5), name), SplitConfig())
    assert list(scratch.iterdir()) == []


def test_a_file_for_each_side(written):
    first, second, third = table(6), table(7, 60), table(8, 90)
    # Types that differ from file to file: whole numbers, then fractions; a category that is digits.
    second = second.set_column(3, "count", second["count"].cast(pa.float64()))
    split = {
        "validation_file": written(second, "validation.parquet"),
        "test_file": written(third, "test.csv"),
    }
    memory, stream = both(written(first, "train.parquet"), SplitConfig(**split))
    same(memory, stream)
    assert stream.record.split.rows == {"train": 150, "validation": 60, "test": 90}


def test_what_is_wrong_with_a_second_file_is_said_as_in_memory(written):
    second = table(7, 60).drop_columns(["gain"])
    second = second.set_column(1, "size", pa.array(["big"] * 60))
    split = SplitConfig(validation_file=written(second, "validation.parquet"))
    path = written(table(6), "train.parquet")
    said = []
    for stream in (False, True):
        with pytest.raises(DataError) as caught:
            prepare(DataConfig(path=path, target="y", stream=stream), split, 0)
        said.append(str(caught.value))
    assert said[0] == said[1]
    assert "column 'gain' is missing" in said[0]
    assert "column 'size'" in said[0]


def test_a_damaged_row_group_in_the_middle_is_one_message(tmp_path):
    path = tmp_path / "t.parquet"
    parquet.write_table(table(9), path, row_group_size=50, use_dictionary=False)
    column = parquet.ParquetFile(path).metadata.row_group(1).column(2)
    raw = bytearray(path.read_bytes())
    begin = column.data_page_offset
    raw[begin : begin + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(raw)
    with pytest.raises(DataError, match=r"row group 2 of 3 is damaged: .*") as caught:
        prepare(DataConfig(path=path, target="y", stream=True), SplitConfig(), 0)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].place == f"{path}, column 'gain'"
    path.write_bytes(raw[:-100])
    with pytest.raises(DataError, match="damaged"):
        prepare(DataConfig(path=path, target="y", stream=True), SplitConfig(), 0)


def test_empty_row_groups_and_empty_tables(tmp_path):
    path, made = tmp_path / "t.parquet", table(10)
    with parquet.ParquetWriter(path, made.schema) as writer:
        for part in (made.slice(0, 0), made.slice(0, 70), made.slice(0, 0), made.slice(70)):
            writer.write_table(part)
    memory, stream = both(path, SplitConfig())
    same(memory, stream)
    assert stream.features.counts == [70, 80]
    for name, content in {"none.csv": "a,y\n", "none.parquet": made.slice(0, 0)}.items():
        empty = tmp_path / name
        if isinstance(content, str):
            empty.write_text(content)
        else:
            parquet.write_table(content, empty)
        with pytest.raises(DataError, match="the table has no rows"):
            prepare(DataConfig(path=empty, target="y", stream=True), SplitConfig(), 0)


def test_faults_of_a_csv_are_named_by_line(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n1,x\n2,y,3\n")
    said = []
    for stream in (False, True):
        with pytest.raises(DataError) as caught:
            prepare(DataConfig(path=path, target="y", stream=stream), SplitConfig(), 0)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_a_frame_is_in_memory_already():
    with pytest.raises(DataError, match="a Table is in memory already"):
        prepare(DataConfig(target="y", stream=True), SplitConfig(), 0, table(1))


def test_leaks_of_a_huge_table_are_those_of_rows_chosen_at_random(tmp_path, monkeypatch):
    """An answer is found, and its rows are numbered as in the whole table."""
    rng = np.random.default_rng(0)
    n = 4000
    y = rng.random(n) < 0.1
    made = pa.table(
        {
            "x": rng.normal(size=n),
            "code": np.where(y, "rare", rng.choice(["a", "b"], n)),
            "y": np.where(y, "yes", "no"),
        }
    )
    path = tmp_path / "t.parquet"
    parquet.write_table(made, path, row_group_size=500)
    monkeypatch.setattr(sample, "MOST", 1000)
    memory, stream = both(path, SplitConfig(), columns={})
    assert [f.rule for f in memory.record.findings] == [f.rule for f in stream.record.findings]
    assert [f.columns for f in stream.record.findings] == [["code"]]
    assert any("looked for in 1,000 of the 4,000 rows" in note for note in stream.record.notes)


def test_guilty_rows_of_a_sample_have_the_numbers_of_the_table(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    x = np.repeat(rng.normal(size=(1000, 2)), 3, axis=0)[rng.permutation(3000)]
    made = pa.table({"a": x[:, 0], "b": x[:, 1], "y": np.where(x[:, 0] > 0, "yes", "no")})
    path = tmp_path / "t.parquet"
    parquet.write_table(made, path, row_group_size=500)
    monkeypatch.setattr(sample, "MOST", 1500)
    _, stream = both(path, SplitConfig(), columns={})
    (leak,) = (leak for leak in stream.leaks if leak.finding.rule == "rows-on-both-sides")
    assert np.isin(leak.rows, stream.rows.test).all()
    _, counts = np.unique(x, axis=0, return_counts=True)
    assert (counts == 3).all()
    for said in leak.finding.rows:
        one, other = (int(text.rpartition(" ")[2]) - 1 for text in said)
        assert one != other
        assert (x[one] == x[other]).all()
