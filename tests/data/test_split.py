"""Splits: disjoint, complete, stratified, and the same for the same seed."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourbeat.data.split import by_column, portions, stratified
from fourbeat.errors import DataError


@given(
    counts=st.lists(st.integers(3, 60), min_size=2, max_size=5),
    validation=st.floats(0.05, 0.4),
    test=st.sampled_from([0.0, 0.1, 0.3]),
    seed=st.integers(0, 2**62),
)
def test_a_stratified_split(counts, validation, test, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    names = [str(i) for i in range(len(counts))]
    rows = stratified(labels, names, validation=validation, test=test, seed=seed)
    sides = [rows.train, rows.validation, rows.test]
    assert sorted(np.concatenate(sides).tolist()) == list(range(len(labels)))
    for side, share in zip(sides, (1 - validation - test, validation, test), strict=True):
        assert side.tolist() == sorted(side)
        for number, count in enumerate(counts):
            here = int((labels[side] == number).sum())
            assert abs(here - count * share) <= 2
            assert (here > 0) == (share > 0)
    again = stratified(labels, names, validation=validation, test=test, seed=seed)
    assert rows.record("stratified", seed) == again.record("stratified", seed)


@given(st.integers(3, 1000), st.floats(0.05, 0.4), st.floats(0, 0.4))
def test_portions_are_whole_and_nobody_is_empty(n, validation, test):
    shares = [1 - validation - test, validation, test]
    counts = portions(n, shares)
    assert sum(counts) == n
    assert all((count > 0) == (share > 0) for count, share in zip(counts, shares, strict=True))


def test_another_seed_is_another_split():
    labels = np.arange(100) % 2
    one, two = (
        stratified(labels, ["a", "b"], validation=0.2, test=0.2, seed=s).record("stratified", s)
        for s in (1, 2)
    )
    assert one.rows == two.rows
    assert one.rows_sha256 != two.rows_sha256


def test_every_class_that_is_too_small_is_named():
    labels = np.array([0] * 10 + [1] + [2] * 2)
    with pytest.raises(DataError) as error:
        stratified(labels, ["many", "one", "two"], validation=0.2, test=0.2, seed=0)
    assert [problem.fact for problem in error.value.problems] == [
        "class 'one' has 1 row, and 3 splits need one each",
        "class 'two' has 2 rows, and 3 splits need one each",
    ]


def test_a_column_may_say_the_split():
    rows = by_column(pa.chunked_array([["train", "Val", " test ", "train"]]), "t.csv")
    assert (rows.train.tolist(), rows.validation.tolist(), rows.test.tolist()) == ([0, 3], [1], [2])
    with pytest.raises(DataError, match=r"values \['holdout'\] name no split"):
        by_column(pa.chunked_array([["train", "holdout"]]), "t.csv")
    with pytest.raises(DataError, match="no row is marked validation"):
        by_column(pa.chunked_array([["train", "test"]]), "t.csv")
