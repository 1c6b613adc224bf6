"""The keyed loader: every row once, an order by (seed, epoch), any place at once."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch._subclasses import FakeTensorMode

from fourbeat.data.loader import TensorLoader, side_by_side


@given(
    n=st.integers(0, 700),
    size=st.integers(1, 9),
    shuffle=st.booleans(),
    seed=st.integers(0, 2**62),
    epoch=st.integers(0, 5),
    start=st.integers(0, 90),
)
def test_batches(n, size, shuffle, seed, epoch, start):
    x = torch.arange(n)
    loader = TensorLoader(x, x * 2, batch_size=size, shuffle=shuffle, seed=seed)
    whole = list(loader.batches(epoch))
    assert len(whole) == len(loader)
    assert sorted(row for batch in whole for row in batch[0].tolist()) == list(range(n))
    assert all(torch.equal(a * 2, b) for a, b in whole)
    assert all(len(batch[0]) == size for batch in whole[:-1])
    rest = list(loader.batches(epoch, start))
    assert len(rest) == max(len(whole) - start, 0)
    assert all(torch.equal(a[0], b[0]) for a, b in zip(rest, whole[start:], strict=True))


def test_epochs_differ_and_iteration_follows_set_epoch():
    loader = TensorLoader(torch.arange(50), batch_size=50, shuffle=True, seed=1)
    first = next(iter(loader))[0]
    loader.set_epoch(1)
    second = next(iter(loader))[0]
    assert not torch.equal(first, second)
    assert torch.equal(second, next(loader.batches(1))[0])


def test_rows_choose():
    loader = TensorLoader(torch.arange(10), rows=torch.tensor([2, 5, 7]), batch_size=2)
    assert [batch[0].tolist() for batch in loader] == [[2, 5], [7]]


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"one length are needed, got \[2, 3\]"):
        TensorLoader(torch.ones(2), torch.ones(3), batch_size=1)
    with pytest.raises(ValueError, match="at least 1, got 0"):
        TensorLoader(torch.ones(2), batch_size=0)


@given(
    rows=st.integers(1, 40),
    size=st.integers(1, 9),
    loaders=st.integers(1, 4),
    epoch=st.integers(0, 3),
)
def test_side_by_side_each_loader_gives_what_it_gives_alone(rows, size, loaders, epoch):
    x, y = torch.arange(100.0).view(50, 2), torch.arange(50)
    made = [
        TensorLoader(x, y, rows=torch.arange(rows), batch_size=size, shuffle=True, seed=seed)
        for seed in range(loaders)
    ]
    together = [batch for chunk in side_by_side(made, epoch) for batch in chunk]
    for place, loader in enumerate(made):
        alone = list(loader.batches(epoch))
        assert len(alone) == len(together)
        for ours, its in zip(together, alone, strict=True):
            assert all(torch.equal(a[place], b) for a, b in zip(ours, its, strict=True))


def test_tensors_of_another_device_are_gathered_there():
    with FakeTensorMode():  # which knows devices that are not here
        x, y = torch.zeros(10, 3, device="cuda"), torch.zeros(10)
        loader = TensorLoader(x, y, batch_size=4, shuffle=False, rows=torch.arange(10))
        for rows, (inputs, target) in loader.numbered(0):
            assert rows.device.type == "cpu"
            assert (inputs.device.type, target.device.type) == ("cuda", "cpu")
            assert len(inputs) == len(target) == len(rows)
