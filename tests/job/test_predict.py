"""A run's model on new rows: any order, any source, every gap and stranger defined."""

import importlib
import sys
import weakref

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.data.encode import shape_of
from fourbeat.errors import ConfigError, DataError, RunError
from fourbeat.job import stream
from fourbeat.job.stream import predict_file
from fourbeat.job.train import train


@pytest.fixture
def run(tmp_path, table):
    """A finished run and its table."""
    path = table()
    flags = {"data.path": str(path), "data.target": "label", "train.epochs": 3}
    directory, _ = train(load(flags=flags), tmp_path / "run")
    return directory, path


def written(file):
    frame = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file)
    return frame[["p_high", "p_low"]].to_numpy()


def test_every_way_gives_the_same_probabilities(run, tmp_path, monkeypatch):
    directory, path = run
    model = fb.load(directory)
    reference = model.predict_proba(path)
    assert reference.shape == (300, 2)
    assert reference.dtype == np.float64
    np.testing.assert_allclose(reference.sum(axis=1), 1, rtol=1e-12)
    frame = csv.read_csv(path)
    mixed = pd.read_csv(path)[["colour", "label", "fresh", "rank", "name", "size"]]
    parquet.write_table(frame, tmp_path / "t.parquet")
    for rows in (frame, mixed, pl.from_arrow(frame), tmp_path / "t.parquet"):
        assert (model.predict_proba(rows) == reference).all()
    monkeypatch.setattr(stream, "ROWS", 64)
    monkeypatch.setattr(stream, "BLOCK", 2000)
    for source in (path, tmp_path / "t.parquet"):
        for name in ("out.csv", "out.parquet"):
            assert predict_file(model, source, tmp_path / name) == 300
            np.testing.assert_allclose(written(tmp_path / name), reference, rtol=1e-6)
    assert (model.predict(path) == np.array(["high", "low"])[reference.argmax(axis=1)]).all()


def test_the_rows_come_back_as_they_were(run, tmp_path):
    directory, path = run
    text = path.read_text().replace("N00001,", '"N, ""1""",').replace("N00002,", "0002,")
    path.write_text(text)
    predict_file(fb.load(directory), path, tmp_path / "out.csv")
    made = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    given = pd.read_csv(path, dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(made[list(given.columns)], given)
    assert list(made.columns[-3:]) == ["prediction", "p_high", "p_low"]


def test_strangers_and_gaps(run):
    directory, _ = run
    model = fb.load(directory)
    row = {"size": [0.5], "rank": [2], "colour": ["red"], "fresh": [True]}

    def p(**change):
        return model.predict_proba(pa.table({**row, **change}))[0]

    gap = pa.array([None], pa.string())
    assert (p(colour=["ultraviolet"]) != p()).any()
    assert (p(colour=["ultraviolet"]) == p(colour=["infrared"])).all()
    assert (p(colour=gap) == p(colour=[""])).all()
    assert (p(size=pa.array([None], pa.float64())) != p()).any()
    assert (p(fresh=["yes"]) == p()).all()
    assert (p(rank=[2.0]) == p(rank=["2"])).all()
    assert np.isfinite(p(rank=[10**9])).all()
    assert (p(colour=pa.array([None], pa.float64())) == p(colour=gap)).all()
    for stranger in ([7001], [True], [7.5]):
        with pytest.raises(DataError, match="training table has text.*column 'colour'"):
            p(colour=stranger)
    assert (p(fresh=[1]) == p()).all()
    with pytest.raises(DataError, match="not boolean: 5 is neither 0 nor 1.*column 'fresh'"):
        p(fresh=[5])


def test_markers_of_missing_are_remembered(tmp_path, table):
    path = table()
    text = path.read_text()
    gaps = text.replace(",red,", ",?,", 40).replace(",2,blue", ",?,blue", 20)
    path.write_text(gaps)
    flags = {"data.path": str(path), "data.target": "label", "train.epochs": 2}
    directory, receipt = train(load(flags={**flags, "data.missing": ["?"]}), tmp_path / "run")
    assert {c.name: c.missing > 0 for c in receipt.data.columns if c.used} == {
        "size": True,
        "rank": True,
        "colour": True,
        "fresh": False,
    }
    model = fb.load(directory)
    marked = model.predict_proba(path)
    predict_file(model, path, tmp_path / "out.csv")
    np.testing.assert_allclose(written(tmp_path / "out.csv"), marked, rtol=1e-6)
    path.write_text(gaps.replace("?", ""))
    assert (model.predict_proba(path) == marked).all()


@pytest.mark.parametrize(
    "when",
    [
        "2024-03-{:02d}T08:00:00Z",
        "2024-03-{:02d} 08:00:00.123456789",
        "2024-03-{:02d}",
        "2024-03-{:02d} 08:00",
    ],
)
def test_dates_of_every_form_are_read_as_in_training(tmp_path, when):
    path = tmp_path / "t.csv"
    lines = [f"{when.format(1 + i % 28)},0x{i % 7:X},{'ab'[i % 28 > 14]}" for i in range(200)]
    path.write_text("\n".join(["when,hex,y", *lines]) + "\n")
    flags = {"data.path": str(path), "data.target": "y", "train.epochs": 1}
    directory, receipt = train(load(flags=flags), tmp_path / "run")
    assert [column.type for column in receipt.data.columns] == ["datetime", "numeric"]
    model = fb.load(directory)
    predict_file(model, path, tmp_path / "out.parquet")
    made = pd.read_parquet(tmp_path / "out.parquet")[["p_a", "p_b"]].to_numpy()
    assert (made == model.predict_proba(path)).all()


def test_frames_with_categories_of_their_own_kind(run):
    directory, path = run
    model = fb.load(directory)
    frame = pl.read_csv(path).with_columns(pl.col("colour").cast(pl.Categorical))
    assert (model.predict_proba(frame) == model.predict_proba(path)).all()


def test_an_edited_receipt_is_not_believed(run):
    directory, _ = run
    receipt = directory / "receipt.json"
    text = receipt.read_text()
    receipt.write_text(text.replace('"high",\n      "low"', '"low",\n      "high"'))
    assert receipt.read_text() != text
    with pytest.raises(RunError, match="has changed since it was sealed"):
        fb.load(directory)


def test_predictions_do_not_replace_their_rows(run):
    directory, path = run
    with pytest.raises(DataError, match="would replace their rows"):
        predict_file(fb.load(directory), path, path)


def test_all_that_is_wrong_comes_in_one_message(run, tmp_path):
    directory, _ = run
    model = fb.load(directory)
    bad = tmp_path / "bad.csv"
    bad.write_text("name,size,rank\nN1,0.5,2\nN2,tall,3\n")
    with pytest.raises(DataError) as error:
        predict_file(model, bad, tmp_path / "out.csv")
    assert [p.fact for p in error.value.problems] == [
        "column 'colour' is missing",
        "column 'fresh' is missing",
        "'tall' is not numeric",
    ]
    wrong = pa.table({"size": [[1.0]], "rank": pa.array([True]), "colour": [7], "fresh": [5]})
    parquet.write_table(wrong, tmp_path / "wrong.parquet")
    for give in (
        lambda: model.predict(wrong),
        lambda: predict_file(model, tmp_path / "wrong.parquet", tmp_path / "out.csv"),
    ):
        with pytest.raises(DataError) as error:
            give()
        facts = [p.fact.split(": ")[0] for p in error.value.problems]
        assert facts == [
            "not numeric",
            "int64 values where the training table has text",
            "not boolean",
        ]
    with pytest.raises(DataError) as error:
        model.predict(wrong.drop_columns(["rank"]))
    assert [p.fact.split(": ")[0] for p in error.value.problems] == [
        "column 'rank' is missing",
        *facts,
    ]
    bad.write_text("size,rank,colour,fresh\n0.5,2,red,true\ntall,3,red,perhaps\n")
    with pytest.raises(DataError) as error:
        predict_file(model, bad, tmp_path / "out.csv")
    assert [str(p) for p in error.value.problems] == [
        "'tall' is not numeric (bad.csv, column 'size', row 2)",
        "'perhaps' is not boolean (bad.csv, column 'fresh', row 2)",
    ]
    with pytest.raises(DataError, match="2 problems"):
        model.predict(bad)
    assert not (tmp_path / "out.csv").exists()
    assert not list(tmp_path.glob(".*.tmp"))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "the file is empty"),
        (b"size,rank,colour,fresh\n", "has no rows"),
        (b"size,rank,colour,fresh\n1,2,red,true,9\n", "more fields than the header's 4"),
        (b"size,rank,colour,fresh\n1,2,r\xe9d,true\n", "not UTF-8"),
        (b"size,rank,colour,fresh,p_low\n1,2,red,true,9\n", r"has columns \['p_low'\] already"),
        (b"size,size,rank,colour,fresh\n1,1,2,red,true\n", "stands 2 times"),
        (b"size,rank,colour,fresh\n1e999,2,red,true\n", "infinite or too large"),
    ],
)
def test_broken_rows(run, tmp_path, raw, message):
    directory, _ = run
    bad = tmp_path / "bad.csv"
    bad.write_bytes(raw)
    with pytest.raises(DataError, match=message):
        predict_file(fb.load(directory), bad, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_damaged_page_is_the_rows_fault_and_not_the_outputs(run, tmp_path):
    directory, path = run
    bad = tmp_path / "bad.parquet"
    parquet.write_table(csv.read_csv(path), bad, compression="zstd", use_dictionary=False)
    raw = bytearray(bad.read_bytes())
    at = parquet.read_metadata(bad).row_group(0).column(1).data_page_offset
    raw[at + 40 : at + 400] = bytes(360)
    bad.write_bytes(raw)
    with pytest.raises(DataError, match=r"^damaged.*bad.parquet"):
        predict_file(fb.load(directory), bad, tmp_path / "out.csv")
    assert not list(tmp_path.glob("*out.csv*"))


def test_an_error_leaves_no_reader_behind(run, tmp_path, monkeypatch):
    directory, path = run
    readers = []
    opened = stream.csv.open_csv

    def remember(*args, **options):
        reader = opened(*args, **options)
        readers.append(weakref.ref(reader))
        return reader

    monkeypatch.setattr(stream.csv, "open_csv", remember)
    monkeypatch.setattr(stream, "BLOCK", 2000)
    path.write_text(path.read_text().replace(",true,", ",perhaps,"))
    with pytest.raises(DataError, match="'perhaps' is not boolean") as error:
        predict_file(fb.load(directory), path, tmp_path / "out.csv")
    assert [reader() for reader in readers] == [None]
    del error


def test_the_header_is_read_as_the_rows_are(run, tmp_path):
    directory, path = run
    names, rows = path.read_text().split("\n", 1)
    odd = names.replace("name", '"na\nme; ""x"""')
    path.write_bytes(b"\xef\xbb\xbf\n" + f"{odd}\n{rows}".replace("N00002", "0002").encode())
    predict_file(fb.load(directory), path, tmp_path / "out.csv")
    made = pd.read_csv(tmp_path / "out.csv", dtype=str)
    assert made.columns[0] == 'na\nme; "x"'
    assert made.iloc[2, 0] == "0002"


def test_where_predictions_cannot_go(run, tmp_path):
    directory, path = run
    with pytest.raises(DataError, match="cannot be written"):
        predict_file(fb.load(directory), path, path / "out.csv")
    with pytest.raises(DataError, match=r"written as .csv or .parquet"):
        predict_file(fb.load(directory), path, tmp_path / "out.xlsx")
    with pytest.raises(DataError, match="cannot be written"):
        predict_file(fb.load(directory), path, tmp_path / "absent" / "out.csv")


def test_a_run_that_is_not_finished_or_changed(run, tmp_path):
    directory, _ = run
    weights = directory / "best" / "model.safetensors"
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    with pytest.raises(RunError, match="weights are not those of the receipt"):
        fb.load(directory)
    weights.write_bytes(b"not safetensors")
    with pytest.raises(RunError, match="weights cannot be read"):
        fb.load(directory)
    model = nn.Linear(1, 2)
    with (
        pytest.raises(ZeroDivisionError),
        fb.Run(tmp_path / "b", model=model, optimizer=torch.optim.SGD(model.parameters(), lr=1)),
    ):
        raise ZeroDivisionError
    with pytest.raises(RunError, match=r"not finished \(failed\)"):
        fb.load(tmp_path / "b")


NET = """\
import torch

print("a word of its own")


class Net(torch.nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.out = torch.nn.Linear(shape.numeric, shape.classes)

    def forward(self, numeric, codes):
        return self.out(numeric)
"""


def test_a_network_made_by_code_is_imported_only_when_told_and_unchanged(
    tmp_path, table, monkeypatch
):
    code = tmp_path / "own_net.py"
    code.write_text(NET)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    path = table()
    flags = {"data.path": str(path), "data.target": "label", "model.name": "own_net:Net"}
    directory, receipt = train(load(flags={**flags, "train.epochs": 1}), tmp_path / "run")
    shape = shape_of(receipt.data.columns, 2)
    given = fb.load(directory, model=sys.modules.pop("own_net").Net(shape))

    with pytest.raises(RunError, match="made by code: 'own_net:Net'.*--trust-code"):
        fb.load(directory)
    code.write_text(NET + "raise SystemExit\n")
    with pytest.raises(RunError, match=r"code has changed since .*own_net.py"):
        fb.load(directory, trust_code=True)
    code.unlink()
    with pytest.raises(ConfigError, match="no module 'own_net'"):
        fb.load(directory, trust_code=True)
    assert "own_net" not in sys.modules

    code.write_text(NET)
    importlib.invalidate_caches()
    model = fb.load(directory, trust_code=True)
    assert len(model.predict(path)) == 300
    assert fb.weights_sha256(given.state_dict()) == receipt.weights_sha256
    del sys.modules["own_net"]


def test_a_model_that_the_weights_do_not_fit(run):
    directory, _ = run
    with pytest.raises(RunError, match="do not fit the model: Missing key.*weight.*Unexpected key"):
        fb.load(directory, model=nn.Linear(2, 2))


def test_a_run_trained_from_python_loads_into_its_model(tmp_path, lesson):
    made = lesson()
    fb.fit(
        made.model,
        made.train,
        made.val,
        loss_fn=made.loss_fn,
        optimizer=made.optimizer,
        epochs=2,
        out=tmp_path / "run",
    )
    with pytest.raises(RunError, match="trained from Python"):
        fb.load(tmp_path / "run")
    again = fb.load(tmp_path / "run", model=lesson().model)
    assert not again.training
    assert fb.weights_sha256(again.state_dict()) == fb.weights_sha256(made.model.state_dict())
