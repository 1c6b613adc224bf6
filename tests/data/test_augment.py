"""Flips and crops: random, and yet a function of seed, epoch and row."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from fourbeat.data.augment import Augment, normalised, statistics
from fourbeat.data.keyed import uniforms
from fourbeat.data.loader import TensorLoader

PIXELS = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (40, 3, 5, 7), np.uint8))


@given(
    rows=st.lists(st.integers(0, 2**40), min_size=1, max_size=20),
    k=st.integers(1, 4),
    seed=st.integers(0, 2**62),
    key=st.integers(0, 9),
)
def test_random_numbers_hang_on_their_row_alone(rows, k, seed, key):
    together = uniforms(np.array(rows), k, seed, key)
    assert together.shape == (len(rows), k)
    assert ((together >= 0) & (together < 1)).all()
    for row, own in zip(rows, together, strict=True):
        np.testing.assert_array_equal(uniforms(np.array([row]), k, seed, key)[0], own)


def test_random_numbers_are_even_and_unrelated():
    u = uniforms(np.arange(60_000), 3, 7, 0)
    for column in u.T:
        counts = np.histogram(column, bins=20, range=(0, 1))[0]
        assert ((counts - 3000) ** 2 / 3000).sum() < 50  # chi-square, 19 degrees: p about 1e-4
    others = [uniforms(np.arange(60_000), 1, 7, 1), uniforms(np.arange(60_000), 1, 8, 0)]
    streams = np.column_stack([u, *others, np.roll(u[:, 0], 1), np.roll(u[:, 0], 64)])
    assert np.abs(np.corrcoef(streams.T) - np.eye(streams.shape[1])).max() < 0.02
    assert len(np.unique(u)) == u.size


@pytest.mark.parametrize("rows", [np.arange(40), np.array([3, 9, 11])])
def test_statistics_are_those_of_the_chosen_rows(rows, monkeypatch):
    monkeypatch.setattr("fourbeat.data.augment.PIXELS", 200)
    mean, std = statistics(PIXELS, rows)
    chosen = PIXELS[rows].double() / 255
    np.testing.assert_allclose(mean, chosen.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(std, chosen.std((0, 2, 3), correction=0), rtol=1e-12)
    assert statistics(torch.full((2, 1, 3, 3), 255, dtype=torch.uint8), np.arange(2)) == ([1], [1])


def test_without_flip_and_crop_it_only_normalises():
    x, y = Augment([0.5, 0.4, 0.3], [0.2, 0.3, 0.4])(
        (PIXELS, torch.arange(40)), torch.arange(40), 3
    )
    assert x.dtype == torch.float32
    assert torch.equal(x, normalised(PIXELS, [0.5, 0.4, 0.3], [0.2, 0.3, 0.4]))
    torch.testing.assert_close(x[:, 1], (PIXELS[:, 1] / 255 - 0.4) / 0.3)
    assert torch.equal(y, torch.arange(40))


def bytes_of(x):
    return (x * 255).round().to(torch.uint8)


def test_each_image_is_one_of_its_windows_mirrored_or_not():
    augment = Augment([0] * 3, [1] * 3, flip=True, crop=2, seed=1)
    seen = set()
    for epoch in range(60):
        (moved,) = augment((PIXELS[:6],), torch.arange(6), epoch)
        for original, found in zip(PIXELS[:6], bytes_of(moved), strict=True):
            padded = F.pad(original, [2] * 4)
            windows = {
                (down, right, flip): torch.equal(window.flip(2) if flip else window, found)
                for down in range(5)
                for right in range(5)
                for flip in (False, True)
                for window in [padded[:, down : down + 5, right : right + 7]]
            }
            assert sum(windows.values()) == 1
            seen.add(next(key for key, same in windows.items() if same))
    assert len(seen) == 50


def test_flip_alone_and_crop_alone():
    (flipped,) = Augment([0] * 3, [1] * 3, flip=True)((PIXELS,), torch.arange(40), 0)
    same = [torch.equal(a, bytes_of(b)) for a, b in zip(PIXELS, flipped, strict=True)]
    mirrored = [torch.equal(a.flip(2), bytes_of(b)) for a, b in zip(PIXELS, flipped, strict=True)]
    assert all(a != b for a, b in zip(same, mirrored, strict=True))
    assert 8 < sum(mirrored) < 32
    (cropped,) = Augment([0] * 3, [1] * 3, crop=1)((PIXELS,), torch.arange(40), 0)
    assert cropped.shape == PIXELS.shape
    assert not torch.equal(bytes_of(cropped), PIXELS)


@given(size=st.integers(1, 13), epoch=st.integers(0, 3), start=st.integers(0, 5))
def test_an_image_is_the_same_in_whichever_batch_it_comes(size, epoch, start):
    augment = Augment([0] * 3, [1] * 3, flip=True, crop=1, seed=5)
    rows = torch.arange(40)
    options = {"shuffle": True, "seed": 2, "transform": augment}
    loader = TensorLoader(PIXELS, rows, batch_size=size, **options)
    whole = {int(r): x for batch in loader.batches(epoch) for x, r in zip(*batch, strict=True)}
    assert len(whole) == 40
    for batch in loader.batches(epoch, start):
        for x, row in zip(*batch, strict=True):
            assert torch.equal(x, whole[int(row)])
    alone = TensorLoader(PIXELS, rows, rows=torch.tensor([7]), batch_size=1, transform=augment)
    assert torch.equal(next(alone.batches(epoch))[0][0], whole[7])


def test_a_chunk_is_small_for_large_rows(monkeypatch):
    monkeypatch.setattr("fourbeat.data.loader.CHUNK_BYTES", 3 * PIXELS[0].numel() * 4)
    sizes = []

    def note(tensors, rows, epoch):
        sizes.append(len(rows))
        return tensors

    loader = TensorLoader(PIXELS, batch_size=4, transform=note)
    assert len(list(loader)) == 10
    assert sizes == [12, 12, 12, 4]
