"""Whole batches from a DataLoader over tensors: what it gives by itself, in fewer steps."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    Subset,
    TensorDataset,
    WeightedRandomSampler,
)

from fourbeat.data.fetching import opened


def dataset(rows=23):
    x = torch.randn(rows, 3, 2, generator=torch.Generator().manual_seed(0))
    return TensorDataset(x, torch.arange(rows), torch.arange(rows).bool())


def same(one, other):
    """Whether batches are equal in everything that a loop could see."""
    assert len(one) == len(other)
    for mine, its in zip(one, other, strict=True):
        assert type(mine) is type(its)
        for a, b in zip(mine, its, strict=True):
            assert a.dtype == b.dtype
            assert a.is_contiguous() == b.is_contiguous()
            assert torch.equal(a, b)


def both(make):
    """The batches of fourbeat's iterator and of the loader's own, and the generator after each."""
    found = []
    for open_ in (opened, iter):
        torch.manual_seed(5)
        found.append((list(open_(make())), torch.get_rng_state()))
    (mine, after), (its, expected) = found
    assert torch.equal(after, expected)
    return mine, its


@given(
    rows=st.integers(1, 40),
    batch=st.integers(1, 9),
    shuffle=st.booleans(),
    drop_last=st.booleans(),
    subsets=st.lists(st.integers(0, 10_000), max_size=3),
)
def test_the_batches_are_those_of_the_loader(rows, batch, shuffle, drop_last, subsets):
    data = dataset(rows)
    for seed in subsets:
        order = torch.randperm(len(data), generator=torch.Generator().manual_seed(seed))
        data = Subset(data, order[: max(1, len(data) - 2)].tolist())
    same(*both(lambda: DataLoader(data, batch, shuffle=shuffle, drop_last=drop_last)))


@pytest.mark.parametrize(
    "make",
    [
        lambda data: DataLoader(data, 4, sampler=WeightedRandomSampler(torch.rand(23), 30)),
        lambda data: DataLoader(data, batch_sampler=BatchSampler(RandomSampler(data), 5, True)),
        lambda data: DataLoader(data, 5, shuffle=True, generator=torch.Generator().manual_seed(1)),
        lambda data: DataLoader(data, batch_sampler=[[-1, 0, 3, 3], [7]]),
        lambda data: DataLoader(Subset(data, torch.tensor([4, 2, 9])), 2),
    ],
)
def test_nothing_is_read_row_by_row(make, monkeypatch):
    data = dataset()
    _, expected = both(lambda: make(data))
    monkeypatch.delattr(TensorDataset, "__getitem__")
    torch.manual_seed(5)
    same(list(opened(make(data))), expected)


class Doubled(TensorDataset):
    def __getitem__(self, index):
        return tuple(2 * part for part in super().__getitem__(index))


@pytest.mark.parametrize(
    "make",
    [
        lambda: DataLoader(Doubled(torch.arange(9.0)), 4),
        lambda: DataLoader(dataset(), 4, collate_fn=lambda rows: [torch.stack(rows[0][:1])]),
        lambda: DataLoader(dataset(), batch_size=None),
        lambda: DataLoader(dataset(), 4, num_workers=1),
        lambda: DataLoader(dataset(), batch_sampler=[[torch.tensor(2), torch.tensor(5)]]),
        lambda: DataLoader(list(range(7)), 3),
        lambda: DataLoader(dataset(), batch_sampler=torch.arange(8).split(4)),
        lambda: DataLoader(dataset(), batch_sampler=np.arange(8).reshape(2, 4)),
    ],
)
def test_anything_else_is_left_to_the_loader(make):
    mine, its = both(make)
    if isinstance(its[0], torch.Tensor):
        mine, its = [mine], [its]
    same(mine, its)


def test_rows_that_carry_gradients_still_do():
    weights = torch.randn(6, 2, requires_grad=True)
    (batch,) = next(opened(DataLoader(TensorDataset(weights), 3)))
    batch.sum().backward()
    assert weights.grad is not None


def test_a_row_that_is_not_there_is_named_as_ever():
    loader = DataLoader(dataset(), batch_sampler=[[0, 99]])
    with pytest.raises(IndexError, match="99"):
        next(opened(loader))


def test_a_loader_of_another_kind_is_iterated():
    assert list(opened([1, 2])) == [1, 2]
