"""Streamed rows in windows: every row once, an order by (seed, epoch), any place at once, bounded memory."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fourbeat.data.loader import TensorLoader
from fourbeat.data.windows import WindowLoader, window_rows


class Pieces:
    """Rows 0, 1, … in pieces; it knows which were read."""

    def __init__(self, counts):
        self.counts = counts
        self.read = []

    def __call__(self, piece):
        self.read.append(piece)
        first = sum(self.counts[:piece])
        x = torch.arange(first, first + self.counts[piece])
        return x, x.float() * 2


@st.composite
def loaders(draw):
    counts = draw(st.lists(st.integers(1, 40), min_size=1, max_size=12))
    kept = draw(st.sets(st.integers(0, sum(counts) - 1)))
    pieces = Pieces(counts)
    loader = WindowLoader(
        pieces,
        counts,
        rows=torch.tensor(sorted(kept), dtype=torch.int64),
        batch_size=draw(st.integers(1, 25)),
        window=draw(st.integers(1, 120)),
        shuffle=draw(st.booleans()),
        seed=draw(st.integers(0, 2**62)),
    )
    return loader, pieces, sorted(kept)


def numbers(batches):
    return [batch[0].tolist() for batch in batches]


def flat(lists):
    return [row for rows in lists for row in rows]


@given(loaders(), st.integers(0, 5), st.integers(0, 90))
def test_every_row_once_and_any_start_gives_the_tail_of_the_whole(made, epoch, start):
    loader, _, kept = made
    whole = list(loader.numbered(epoch))
    assert len(whole) == len(loader)
    assert sorted(flat(numbers(whole))) == kept
    assert all(len(rows) == loader.batch_size for rows, _ in whole[:-1])
    assert all(x.tolist() == rows.tolist() for rows, (x, _) in whole)
    assert all((x * 2 == y).all() for _, (x, y) in whole)
    tail = list(loader.numbered(epoch, start))
    assert numbers(tail) == numbers(whole)[start:]
    assert all(torch.equal(a[1][1], b[1][1]) for a, b in zip(tail, whole[start:], strict=True))


@given(loaders(), st.integers(0, 5))
def test_the_order_is_a_function_of_seed_and_epoch(made, epoch):
    loader, _, kept = made
    first = numbers(loader.numbered(epoch))
    other = iter(loader.numbered(epoch + 1))
    next(other, None)  # another epoch that was begun, and random numbers drawn, change nothing
    torch.rand(3)
    assert numbers(loader.numbered(epoch)) == first
    if not loader.shuffle:
        assert flat(first) == kept


@given(loaders(), st.integers(0, 90))
def test_a_start_reads_no_window_before_it(made, start):
    loader, pieces, _ = made
    skipped, sizes = start * loader.batch_size, []
    for window in loader.windows(0):
        sizes.append((sum(map(loader.taken, window)), window))
    pieces.read.clear()
    list(loader.numbered(0, start))
    done, expected = 0, []
    for size, window in sizes:
        done += size
        expected += window if done > skipped else []
    assert pieces.read == expected


@given(loaders())
def test_a_window_holds_no_more_rows_than_it_may_but_one_piece(made):
    loader, pieces, _ = made
    for window in loader.windows(3):
        rows = sum(pieces.counts[piece] for piece in window)
        assert rows <= loader.window or len(window) == 1


def test_one_window_is_held_at_a_time():
    """A table of 100 windows: no more tensors of a piece are alive than two windows have."""
    import weakref

    alive = weakref.WeakSet()
    most = 0

    def read(piece):
        nonlocal most
        most = max(most, len(alive))
        x = torch.arange(piece * 10, piece * 10 + 10)
        alive.add(x)
        return (x,)

    loader = WindowLoader(
        read, [10] * 400, rows=torch.arange(4000), batch_size=7, window=40, shuffle=True
    )
    assert sum(len(batch[0]) for batch in loader.batches(0)) == 4000
    assert most <= 8


def test_one_window_has_the_order_of_a_table_in_memory():
    loader = WindowLoader(
        Pieces([30, 50, 20]),
        [30, 50, 20],
        rows=torch.arange(5, 95),
        batch_size=8,
        window=100,
        shuffle=True,
        seed=3,
    )
    x = torch.arange(100)
    plain = TensorLoader(
        x, x.float() * 2, rows=torch.arange(5, 95), batch_size=8, shuffle=True, seed=3
    )
    for epoch in range(3):
        pairs = zip(loader.batches(epoch), plain.batches(epoch), strict=True)
        assert all(
            torch.equal(a, b) for one, other in pairs for a, b in zip(one, other, strict=True)
        )


def test_epochs_mix_pieces_anew_and_iteration_follows_set_epoch():
    loader = WindowLoader(
        Pieces([5] * 20), [5] * 20, rows=torch.arange(100), batch_size=10, window=20, shuffle=True
    )
    first = numbers(iter(loader))
    loader.set_epoch(1)
    assert numbers(iter(loader)) == numbers(loader.batches(1)) != first
    together = {frozenset(row // 5 for row in flat(first[at : at + 2])) for at in range(0, 10, 2)}
    again = numbers(loader.batches(1))
    assert together != {
        frozenset(row // 5 for row in flat(again[at : at + 2])) for at in range(0, 10, 2)
    }


def test_wrong_arguments_and_the_size_of_a_window():
    with pytest.raises(ValueError, match="at least 1, got 0 and 5"):
        WindowLoader(Pieces([1]), [1], rows=torch.arange(1), batch_size=0, window=5)
    assert window_rows(64) == 1 << 20
    assert window_rows(1 << 20) == 128
    assert window_rows(1 << 40) == 1
