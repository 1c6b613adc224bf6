"""Images on both sides of a split are found; images that merely look alike are not."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from fourbeat.config.data import DataConfig, SplitConfig
from fourbeat.config.options import ImageConfig
from fourbeat.data.images import prepare_images
from fourbeat.data.leaks.pictures import look, pooled
from fourbeat.data.split import Rows

N = 300
ROWS = Rows(np.arange(200), np.arange(200, 240), np.arange(240, N))
FILES = [("train", 240), ("test", 60)]


def scenes(seed=0, n=N, size=28, channels=1):
    """Smooth random images, uint8."""
    source = torch.Generator().manual_seed(seed)
    coarse = torch.rand(n, channels, 6, 6, generator=source)
    smooth = F.interpolate(coarse, size=(size, size), mode="bicubic").clamp(0, 1)
    return (smooth * 255).round().to(torch.uint8)


def found(pixels, target=None):
    labels = np.zeros(N, np.int64) if target is None else target
    return {leak.finding.rule: leak for leak in look(pixels, labels, ROWS, FILES)}


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([(28, 1), (9, 3), (64, 3), (5, 1)]))
def test_different_images_are_silent(seed, kind):
    assert found(scenes(seed, N, *kind)) == {}


def test_the_same_pixels():
    pixels = scenes()
    pixels[250], pixels[299], pixels[230] = pixels[10], pixels[220], pixels[11]
    labels = np.zeros(N, np.int64)
    labels[10] = 1
    leak = found(pixels, labels)["images-on-both-sides"]
    assert leak.rows.tolist() == [250, 299]
    assert leak.finding.rows == [["train row 11", "test row 11"], ["train row 221", "test row 60"]]
    assert "1 of them with its label" in leak.finding.message
    assert leak.finding.severity == "error"


@pytest.mark.parametrize("change", ["brighter", "noise", "resized"])
def test_nearly_the_same(change):
    pixels = scenes(size=32)
    again = pixels[:30].float()
    if change == "brighter":
        again = again * 1.01 + 1
    elif change == "noise":
        again = again + torch.randn(again.shape, generator=torch.Generator().manual_seed(1)) * 2
    else:
        smaller = F.interpolate(again, size=28, mode="bicubic")
        again = F.interpolate(smaller, size=32, mode="bicubic")
    pixels[240:270] = again.clamp(0, 255).round().to(torch.uint8)
    seen = found(pixels)
    assert set(seen) == {"near-images-on-both-sides"}
    leak = seen["near-images-on-both-sides"]
    assert len(leak.rows) >= 27
    for first, second in leak.finding.rows:
        assert int(first.split()[-1]) == int(second.split()[-1])


def test_pooling_by_products_is_pooling():
    grey = torch.rand(3, 17, 23)
    expected = F.adaptive_avg_pool2d(grey[:, None], (8, 9))[:, 0]
    assert torch.allclose(pooled(grey, 8, 9), expected, atol=1e-6)


def test_fashion_mnist_has_none(shared):
    folder = shared("fashion-mnist")
    data = DataConfig(path="fashion-mnist", dir=folder)
    assert prepare_images(data, SplitConfig(), ImageConfig(), 0).leaks == []
