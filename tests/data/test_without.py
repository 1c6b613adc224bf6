"""A table without some columns is the table that never had them."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from fourbeat.config.columns import ColumnConfig
from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.data.prepare import prepare
from fourbeat.data.without import without

N = 200
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "size": np.where(RNG.random(N) < 0.2, np.nan, RNG.normal(size=N)),
        "note": [f"this is the note of {i} or so" for i in range(N)],
        "kind": RNG.choice(list("abc"), N),
        "level": RNG.choice(["low", "medium", "high"], N),
        "more": [f"and what was said of {i} then" for i in range(N)],
        "count": RNG.integers(0, 3, N),
        "shop": RNG.choice([f"s{i}" for i in range(20)], N),
        "y": RNG.choice(["yes", "no"], N),
    }
)
NAMES = [name for name in FRAME if name != "y"]


@pytest.mark.parametrize(
    "gone", [*itertools.combinations(NAMES, 1), *itertools.combinations(NAMES, 2), tuple(NAMES[1:])]
)
def test_the_same_as_ignored(gone):
    told = {"shop": ColumnConfig(buckets=8)}
    whole = prepare(DataConfig(target="y", columns=told), SplitConfig(), 0, FRAME)
    kept = {name: one for name, one in told.items() if name not in gone}
    apart = prepare(DataConfig(target="y", columns=kept, ignore=gone), SplitConfig(), 0, FRAME)
    found = without(whole, gone)
    assert found is not None
    assert found.shape == apart.shape
    assert torch.equal(found.features.numeric, apart.features.numeric)
    assert torch.equal(found.features.codes, apart.features.codes)


def test_nothing_left():
    whole = prepare(DataConfig(target="y"), SplitConfig(), 0, FRAME)
    assert without(whole, NAMES) is None
