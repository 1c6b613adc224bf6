"""From a table to tensors: what is learned of the columns comes from training rows alone."""

import datetime

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from fourbeat.config.columns import ColumnConfig
from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data.prepare import prepare

N = 120
SIDES = np.array(["train"] * 80 + ["validation"] * 20 + ["test"] * 20)
TOLD = {
    "gain": ColumnConfig(scale="quantile"),
    "shop": ColumnConfig(buckets=8),
    "date": ColumnConfig(format=("%d/%m/%Y",)),
}


def table(seed):
    """A table of every kind of column, its values drawn anew for each seed."""
    rng = np.random.default_rng(seed)
    days = [
        datetime.date(2020, 1, 1) + datetime.timedelta(days=int(d)) for d in rng.integers(0, 900, N)
    ]
    return pd.DataFrame(
        {
            "part": SIDES,
            "size": np.where(
                rng.random(N) < 0.1, np.nan, rng.normal(rng.normal(), 1 + rng.random(), N)
            ),
            "gain": rng.standard_cauchy(N),
            "far": np.where(rng.random(N) < 0.05, np.inf, rng.normal(size=N)),
            "count": rng.integers(0, rng.integers(3, 9), N),
            "kind": rng.choice(list("abcdefgh")[: rng.integers(2, 9)], N),
            "level": rng.choice(["low", "medium", "high", "very high"], N),
            "shop": [f"shop {i}" for i in rng.integers(0, 50, N)],
            "date": [f"{d:%d/%m/%Y}" for d in days],
            "when": pd.to_datetime(days),
            "truth": rng.random(N) < 0.5,
            "y": rng.choice(["yes", "no"], N),
        }
    )


def prepared(frame, task="classification"):
    config = DataConfig(target="y", task=task, columns=TOLD)
    return prepare(config, SplitConfig(column="part"), 0, frame)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_statistics_never_see_validation_or_test_rows(one, other):
    frame, changed = table(one), table(one)
    changed.loc[80:] = table(other).loc[80:].values
    changed = changed.astype(frame.dtypes)
    changed.loc[80, ["far", "level"]] = frame.loc[80, ["far", "level"]] = [np.inf, "medium"]
    a, b = prepared(frame), prepared(changed)
    # The type, and the reason for it, are the whole table's; numbers are the training rows'.
    learned = [
        [column.model_copy(update={"reason": ""}) for column in made.record.columns]
        for made in (a, b)
    ]
    assert learned[0] == learned[1]
    assert a.shape == b.shape
    assert (a.features.numeric[:80] == b.features.numeric[:80]).all()
    assert (a.features.codes[:80] == b.features.codes[:80]).all()
    assert (a.features.numeric[80:] != b.features.numeric[80:]).any() or one == other


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.floats(-100, 100))
def test_nor_does_the_target_of_a_regression(one, shift):
    frame, changed = table(one), table(one)
    frame["y"] = changed["y"] = np.random.default_rng(one).normal(size=N)
    changed.loc[80:, "y"] += shift
    a, b = prepared(frame, "regression"), prepared(changed, "regression")
    assert a.record.quantity is not None
    assert b.record.quantity is not None
    assert (a.record.quantity.mean, a.record.quantity.std) == (
        b.record.quantity.mean,
        b.record.quantity.std,
    )
