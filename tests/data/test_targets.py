"""Targets from tables: what is read, how it is split, and everything that is none."""

import numpy as np
import pandas as pd
import pytest

from fourbeat.config.sources import load
from fourbeat.data.prepare import prepare
from fourbeat.errors import DataError

N = 60


def prepared(table, target, task, **more):
    if isinstance(table, dict):
        table = pd.DataFrame({"x": np.arange(N) % 7 + 0.5, **table})
    is_frame = isinstance(table, pd.DataFrame)
    flags = {"data.target": target, "data.task": task, **more}
    config = load(flags=flags if is_frame else {"data.path": str(table), **flags})
    return prepare(config.data, config.split, config.seed, table if is_frame else None)


def test_a_quantity_is_standardised_by_the_training_rows():
    y = np.random.default_rng(0).normal(100, 20, N)
    made = prepared({"y": y}, "y", "regression")
    known = y[made.rows.train]
    record = made.record.quantity
    assert record.mean == pytest.approx(known.mean())
    assert record.std == pytest.approx(known.std())
    assert (record.low, record.high) == (known.min(), known.max())
    assert made.target.shape == (N, 1)
    np.testing.assert_allclose(made.target[:, 0] * record.std + record.mean, y, rtol=1e-5)
    assert made.shape.outputs == 1
    assert made.record.split.method == "random"
    assert made.record.split.rows == {"train": 42, "validation": 9, "test": 9}
    assert "mean squared error" in made.record.notes[-1]
    assert [column.name for column in made.record.columns] == ["x"]


@pytest.mark.parametrize(
    "values",
    [
        list(range(N)),
        [f" {i}.5 " for i in range(N)],
        pd.array([i * 1.5 for i in range(N)], dtype="float32"),
    ],
)
def test_numbers_of_any_type_are_a_quantity(values):
    made = prepared({"y": values}, "y", "regression")
    record = made.record.quantity
    back = made.target[:, 0] * record.std + record.mean
    np.testing.assert_allclose(back, [float(value) for value in values], rtol=1e-4, atol=1e-3)


def test_every_bad_value_of_a_quantity_is_named_at_once(tmp_path):
    lines = [f"{i % 5}.5,{i}.25" for i in range(30)]
    lines[3], lines[7], lines[9], lines[12] = "1.5,abc", "1.5,", "1.5,inf", "1.5,1_000"
    path = tmp_path / "broken.csv"
    path.write_text("\n".join(["x,y", *lines]) + "\n")
    with pytest.raises(DataError) as refused:
        prepared(path, "y", "regression")
    said = str(refused.value)
    assert "3 problems" in said
    assert "2 values are no numbers: 'abc' (row 4), '1_000' (row 13)" in said
    assert "1 row has no value (broken.csv, column 'y', row 8)" in said
    assert "1 row has a value that is infinite or too large for float32" in said
    assert "row 10" in said


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([3.5] * N, "the target is 3.5 in every training row: there is nothing to learn"),
        ([k * 1e-200 for k in range(N)], "there is nothing to learn"),
        ([None, *range(N - 2), None], "2 rows have no value .*row 1, 60"),
        ([True, False] * (N // 2), "of type bool: not numbers.*leave out --task regression"),
        ([1e39, *range(N - 1)], "1 row has a value that is infinite.*row 1"),
        (pd.date_range("2024", periods=N), "of type timestamp.*: not numbers"),
    ],
)
def test_what_is_no_quantity(values, message):
    with pytest.raises(DataError, match=message):
        prepared({"y": values}, "y", "regression")


def test_a_bad_row_of_a_second_file_is_named_by_its_own_number(tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("x,y\n" + "".join(f"{i % 5}.5,{i}.5\n" for i in range(30)))
    bad.write_text("x,y\n1.5,2.5\n2.5,\n")
    with pytest.raises(DataError, match=r"no value \(bad.csv, column 'y', row 2\)"):
        prepared(good, "y", "regression", **{"split.validation_file": str(bad)})
    bad.write_text("x,y\n1.5,2.5\n2.5,7.5\n")
    made = prepared(good, "y", "regression", **{"split.validation_file": str(bad)})
    assert made.record.split.rows == {"train": 30, "validation": 2}
    assert made.record.quantity.high == 29.5


@pytest.mark.parametrize(
    "values", [np.linspace(0, 1, N), np.arange(N) * 2, np.arange(N) // 2 * 3.0]
)
def test_many_numbers_are_no_classes_and_the_way_out_is_said(values):
    with pytest.raises(DataError, match="a quantity, not a class.*--task regression") as refused:
        prepared({"y": values}, "y", "classification")
    assert len(refused.value.problems) == 1


def test_many_numbers_in_many_rows_each_are_classes():
    frame = pd.DataFrame({"x": np.arange(240) % 7 + 0.5, "y": np.arange(240) % 24})
    assert len(prepared(frame, "y", "classification").record.classes) == 24


def test_labels_are_read_as_zeros_and_ones():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, (N, 4))
    table = {
        "number": truth[:, 0],
        "truth": truth[:, 1].astype(bool),
        "word": np.where(truth[:, 2], " Yes", "no"),
        "float": truth[:, 3].astype(float),
    }
    made = prepared(table, list(table), "multilabel")
    assert made.target.numpy().tolist() == truth.tolist()
    assert [label.name for label in made.record.labels] == list(table)
    ones = truth[made.rows.train].sum(axis=0)
    assert [label.ones for label in made.record.labels] == ones.tolist()
    assert made.shape.outputs == 4
    assert [column.name for column in made.record.columns] == ["x"]
    renamed = {"data.relabel": {"-1": "0"}}
    signs = {"a": truth[:, 0] * 2 - 1, "b": truth[:, 1]}
    assert (
        prepared(signs, ["a", "b"], "multilabel", **renamed).target[:, 0].tolist()
        == truth[:, 0].tolist()
    )


def test_every_bad_value_of_a_label_is_named_at_once():
    rng = np.random.default_rng(1)
    good = rng.integers(0, 2, N)
    texts = good.astype(str).astype(object)
    texts[4], texts[9] = "maybe", "2"
    numbers = good.astype(float)
    numbers[2] = np.nan
    with pytest.raises(DataError) as refused:
        prepared({"a": texts, "b": numbers, "c": good + 0.25}, ["a", "b", "c"], "multilabel")
    said = str(refused.value)
    assert "3 problems" in said
    assert "2 values are neither 0 nor 1: 'maybe' (row 5), '2' (row 10)" in said
    assert "column 'a'" in said
    assert "1 rows have no label (DataFrame, column 'b', row 3)" in said
    assert f"{N} values are neither 0 nor 1" in said
    with pytest.raises(
        DataError, match="(?s)2 problems.*'a' is 0 in every training.*'b' is 1 in every"
    ):
        prepared({"a": [0] * N, "b": [1] * N, "c": good}, ["a", "b", "c"], "multilabel")
    with pytest.raises(DataError, match="no column 'q', which --target names"):
        prepared({"a": good}, ["a", "q"], "multilabel")
    with pytest.raises(DataError, match="'copy' is the target 'b' over again"):
        prepared({"a": good, "b": 1 - good, "copy": 1 - good}, ["a", "b"], "multilabel")


def test_a_rare_label_gets_its_share_of_every_side():
    """Drawn without a look at the labels, a side would have none of them every other time."""
    rows = 400
    labels = np.zeros((rows, 3), int)
    labels[:7, 0] = 1  # rare
    labels[5:150, 1] = 1  # common, and together with the rare one
    labels[:, 2] = 1
    labels[200:207, 2] = 0  # its rare value is 0
    for seed in range(5):
        table = pd.DataFrame({"x": np.arange(rows) % 9 + 0.5})
        for i, name in enumerate("abc"):
            table[name] = labels[:, i]
        made = prepared(table, ["a", "b", "c"], "multilabel", seed=seed)
        assert made.record.split.method == "stratified by rarest label"
        for side, share in (("train", 0.7), ("validation", 0.15), ("test", 0.15)):
            there = labels[getattr(made.rows, side)]
            for column, value, count in ((0, 1, 7), (2, 0, 7), (1, 1, 145)):
                assert abs((there[:, column] == value).sum() - share * count) < 2.5
                assert (there[:, column] == value).any()
