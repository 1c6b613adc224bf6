"""The bins of numbers: quantiles of the training rows, and of nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fourbeat.config.sources import load, override
from fourbeat.data.bins import BINS, edges, in_bins
from fourbeat.data.prepare import prepare

NUMBERS = st.floats(-1e6, 1e6, width=32)


@given(arrays(np.float32, st.integers(1, 300), elements=NUMBERS))
def test_edges_are_values_that_ascend_from_the_least_to_the_greatest(values):
    found = edges(values)
    assert len(found) <= BINS + 1
    assert list(found) == sorted(set(found))
    assert set(found) <= set(values.tolist())
    assert (found[0], found[-1]) == (values.min(), values.max())


@given(st.sets(NUMBERS, min_size=1, max_size=BINS + 1), st.integers(1, 4))
def test_few_values_are_all_of_them_edges(values, times):
    rows = np.array(sorted(values) * times, np.float32)
    assert set(edges(rows)) == set(rows.tolist())


def test_each_bin_of_many_values_has_about_as_many_rows():
    rows = np.random.default_rng(0).exponential(size=3200).astype(np.float32)
    counts, _ = np.histogram(rows, edges(rows))
    assert len(counts) == BINS
    assert set(counts.tolist()) <= {99, 100, 101}


def written(path, far):
    """Rows with a split column; those that do not train are `far` away, one value is missing."""
    sides = ["train"] * 120 + ["val"] * 40 + ["test"] * 40
    lines = ["x,flag,kind,y,part"]
    for i, side in enumerate(sides):
        x = "" if i % 10 == 3 else f"{(i * 37) % 101 + (0.5 if side == 'train' else far):.1f}"
        lines.append(f"{x},{'yes' if i % 3 else 'no'},{'abc'[i % 3]},{'uv'[i % 2]},{side}")
    path.write_text("\n".join(lines) + "\n")
    return load(flags={"data.path": str(path), "data.target": "y", "split.column": "part"})


def binned(config):
    return in_bins(prepare(config.data, config.split, config.seed))


def test_rows_that_do_not_train_have_no_say(tmp_path):
    near, far = (binned(written(tmp_path / f"{x}.csv", x)) for x in (0.5, 9000.0))
    known = {column.name: column.edges for column in near.record.columns}
    assert known == {column.name: column.edges for column in far.record.columns}
    rows = near.rows.train
    assert known["x"][-1] == near.features.numeric[rows, 0].max()
    assert far.features.numeric[far.rows.test, 0].max() > known["x"][-1]


def test_only_numbers_have_bins_and_missing_values_do_not_count(tmp_path):
    data = binned(written(tmp_path / "t.csv", 0.5))
    x, flag, kind = data.record.columns
    assert (len(x.edges), len(flag.edges), kind.edges) == (BINS + 1, 2, None)
    assert data.shape.edges == (x.edges, (), flag.edges)  # the indicator of x has none
    shown = data.features.numeric[data.rows.train][:, 0]
    there = data.features.numeric[data.rows.train][:, 1] == 0
    assert not there.all()
    assert x.edges == edges(shown[there].numpy())
    assert x.edges != edges(shown.numpy())


def test_without_bins_a_shape_has_none(tmp_path):
    config = written(tmp_path / "t.csv", 0.5)
    assert prepare(config.data, config.split, 0).shape.edges == ()


@pytest.mark.parametrize("kind", ["category", "ignored"])
def test_a_table_without_numbers(tmp_path, kind):
    config = written(tmp_path / "t.csv", 0.5)
    told = {"data.columns.x.type": kind, "data.columns.flag.type": "category"}
    made = binned(override(config, told))
    assert (made.shape.numeric, made.shape.edges) == (0, ())
