"""Splits by group, by time and in folds: nothing on two sides, nothing lost, nothing from later."""

from itertools import chain

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data.division import Material, divide
from fourbeat.data.grouped import codes, deal, equal_rows
from fourbeat.data.prepare import prepare
from fourbeat.data.targets.target import Strata
from fourbeat.data.timed import cut
from fourbeat.errors import ConfigError, DataError

SEEDS = st.integers(0, 2**62)


def material(n, groups=None, times=None, classes=2):
    strata = Strata("stratified", np.arange(n) % classes, [str(i) for i in range(classes)])
    return Material(strata, groups, times, "t.csv, column 'time'")


def sides(rows):
    return [side.tolist() for side in (rows.train, rows.validation, rows.test)]


@st.composite
def grouped_rows(draw):
    sizes = draw(st.lists(st.integers(1, 12), min_size=5, max_size=80))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    order = np.random.default_rng(draw(st.integers(0, 99))).permutation(len(groups))
    return groups[order]


@settings(deadline=None)
@given(grouped_rows(), st.integers(1, 4), SEEDS)
def test_groups_are_on_one_side_each_and_every_side_has_its_share(groups, classes, seed):
    strata = np.random.default_rng(0).integers(0, classes, len(groups))
    shares = [0.6, 0.2, 0.2]
    dealt = deal(groups, strata, shares, seed, 1)
    assert sorted(np.concatenate(dealt).tolist()) == list(range(len(groups)))
    held = [set(groups[side].tolist()) for side in dealt]
    assert all(held)
    assert sum(map(len, held)) == len(set(groups.tolist()))
    largest = np.bincount(groups).max()
    for side, share in zip(dealt, shares, strict=True):
        # A side may miss its share by the groups that remain when the others are full.
        assert abs(len(side) - share * len(groups)) <= 3 * largest * classes
    again = deal(groups, strata, shares, seed, 1)
    assert all((a == b).all() for a, b in zip(dealt, again, strict=True))


def test_many_groups_keep_the_shares_of_the_classes():
    random = np.random.default_rng(1)
    groups = codes(pa.chunked_array([random.integers(0, 2000, 10_000)]))
    strata = (random.random(10_000) < 0.1).astype(np.int64)
    for side, share in zip(
        deal(groups, strata, [0.7, 0.15, 0.15], 0), [0.7, 0.15, 0.15], strict=True
    ):
        assert abs(len(side) / 10_000 - share) < 0.01
        assert abs(strata[side].mean() - strata.mean()) < 0.005


def test_a_row_without_a_group_is_one_of_its_own():
    assert codes(pa.chunked_array([["b", None, "a", "b"], [None]])).tolist() == [0, 2, 1, 0, 3]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", None]),
            st.sampled_from([0.1, 0.2, None]),
            st.booleans(),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_equal_rows_are_a_group(rows):
    columns = [
        pa.chunked_array([[row[at] for row in rows]], kind)
        for at, kind in enumerate((pa.string(), pa.float64(), pa.bool_()))
    ]
    numbers = {row: number for number, row in enumerate(dict.fromkeys(rows))}
    assert equal_rows(columns).tolist() == [numbers[row] for row in rows]


@given(st.integers(3, 12), st.integers(1, 4), SEEDS)
def test_no_side_is_empty_where_there_are_groups_enough(many, size, seed):
    groups = np.repeat(np.arange(many), size)
    strata = np.tile([0, 1], len(groups))[: len(groups)]
    dealt = deal(groups, strata, [0.7, 0.15, 0.15], seed, 1)
    assert all(len(side) for side in dealt)


def test_too_few_groups():
    with pytest.raises(DataError, match="2 groups cannot be dealt to 3 sides"):
        deal(np.array([0, 1, 1]), np.zeros(3, np.int64), [0.6, 0.2, 0.2], 0)


@given(
    st.lists(st.integers(0, 40), min_size=12, max_size=200),
    st.floats(0.1, 0.4),
    st.floats(0.1, 0.4),
)
def test_time_goes_one_way(times, validation, test):
    times = np.array(times, float)
    config = SplitConfig(validation=validation, test=test, time="time")
    try:
        rows = divide(material(len(times), times=times), config, 0)
    except DataError as error:
        assume("too many rows have the same time" not in str(error))
        raise
    assert sorted(chain.from_iterable(sides(rows))) == list(range(len(times)))
    assert times[rows.train].max() < times[rows.validation].min()
    assert times[rows.validation].max() < times[rows.test].min()


def test_distinct_times_are_cut_by_the_shares():
    parts = cut(np.arange(100.0)[::-1], [0.7, 0.15, 0.15], "")
    assert [len(part) for part in parts] == [70, 15, 15]
    assert parts[2].tolist() == list(range(15))


def test_rows_without_a_time_are_named():
    with pytest.raises(DataError, match="2 rows have no time to split by.*row 2, 4"):
        cut(np.array([1, np.nan, 2, np.nan]), [0.5, 0.5], "t.csv")


@settings(deadline=None)
@given(grouped_rows())
def test_by_group_and_time_nothing_is_on_two_sides_and_nothing_is_from_later(groups):
    times = np.arange(len(groups), dtype=float)
    config = SplitConfig(group="g", time="time", validation=0.2, test=0.3)
    try:
        rows = divide(material(len(groups), groups, times), config, 0)
    except DataError as error:
        assume("no row is left for validation" not in str(error))
        raise
    held = [set(groups[side].tolist()) for side in (rows.train, rows.validation, rows.test)]
    assert not held[0] & held[1] | held[0] & held[2] | held[1] & held[2]
    assert times[rows.train].max() < times[rows.validation].min()
    assert rows.left == len(groups) - sum(map(len, sides(rows)))
    if len(rows.test):
        assert times[rows.validation].max() < times[rows.test].min()


@settings(deadline=None)
@given(st.integers(2, 6), st.integers(0, 3), SEEDS, st.sampled_from(["rows", "groups"]))
def test_every_row_is_a_test_row_once(folds, repeat, seed, kind):
    groups = np.arange(120) // 3 if kind == "groups" else None
    tested = []
    for fold in range(folds):
        config = SplitConfig(folds=folds, fold=fold, repeat=repeat)
        rows = divide(material(120, groups), config, seed)
        assert sorted(chain.from_iterable(sides(rows))) == list(range(120))
        tested += rows.test.tolist()
        if groups is not None:
            held = [set(groups[side].tolist()) for side in (rows.train, rows.validation, rows.test)]
            assert sum(map(len, held)) == 40
    assert sorted(tested) == list(range(120))


def test_repeats_cut_otherwise():
    cuts = [
        divide(material(60), SplitConfig(folds=3, repeat=repeat), 0).test.tolist()
        for repeat in range(3)
    ]
    assert len({tuple(cut) for cut in cuts}) == 3


def test_folds_by_time_train_on_what_is_older():
    times = np.arange(60.0)
    starts = []
    for fold in range(5):
        rows = divide(material(60, times=times), SplitConfig(time="t", folds=5, fold=fold), 0)
        assert times[rows.train].max() < times[rows.validation].min()
        assert times[rows.validation].max() < times[rows.test].min()
        starts.append(int(rows.test[0]))
    assert starts == [10, 20, 30, 40, 50]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"column": "c", "group": "g"}, "leave out group, time and folds"),
        ({"fold": 2, "folds": 2}, "there is no fold 2 of 2"),
        ({"fold": 1}, "there is no fold 1 of 1"),
        ({"repeat": 1}, "repeat is for folds at random"),
        ({"repeat": 1, "folds": 2, "time": "t"}, "repeat is for folds at random"),
    ],
)
def test_what_cannot_go_together(options, message):
    with pytest.raises(ValueError, match=message):
        SplitConfig(**options)


N = 90
TABLE = pa.table(
    {
        "x": [i % 7 / 2 for i in range(N)],
        "customer": [f"c{i // 3}" for i in range(N)],
        "when": [f"{1 + i % 28}/{1 + i // 28}/2020" for i in range(N)],
        "kind": ["a", "b", "c"] * (N // 3),
        "y": [i * i % 2 for i in range(N)],
    }
)


def prepared(**split):
    return prepare(DataConfig(target="y"), SplitConfig(**split), 0, TABLE)


def test_from_a_table():
    by_group = prepared(group="customer").record
    assert (by_group.split.method, by_group.split.by) == ("group", ["customer"])
    column = next(column for column in by_group.columns if column.name == "customer")
    assert (column.used, column.reason) == (False, "the group that rows are split by")
    by_time = prepared(time="when", folds=3, fold=1)
    assert (by_time.record.split.method, by_time.record.split.fold) == ("time", "2 of 3")
    assert by_time.record.split.seed is None
    assert next(c for c in by_time.record.columns if c.name == "when").used
    both = prepared(group="customer", time="when", validation=0.3).record.split
    assert (both.method, both.by) == ("group and time", ["customer", "when"])


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ({"group": "nobody", "time": "y"}, "no column 'nobody', which split.group names"),
        ({"time": "y"}, "split.time names the target 'y'"),
        ({"time": "kind"}, "no times to split by: it is of type category"),
    ],
)
def test_columns_that_cannot_split(split, message):
    with pytest.raises((DataError, ConfigError), match=message):
        prepared(**split)
