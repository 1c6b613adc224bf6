"""The networks for images: their shapes at every size, and what they refuse."""

import pytest
import torch

from fourbeat.config.options import ModelConfig
from fourbeat.data.encode import TableShape
from fourbeat.data.images import ImageShape
from fourbeat.errors import ConfigError
from fourbeat.models.build import build
from fourbeat.models.image import CNN, ImageMLP


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 48), (1, 3, 5), (3, 1, 1), (1, 224, 130)])
@pytest.mark.parametrize("make", [CNN, ImageMLP])
@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_logits_of_any_size(make, shape, norm):
    model = make(*shape, 7, norm=norm)
    assert model(torch.randn(2, *shape)).shape == (2, 7)


def test_the_map_before_the_last_layer_stays_small():
    small, large = (sum(p.numel() for p in CNN(3, n, n, 10).parameters()) for n in (32, 256))
    assert small == large


def test_the_lessons_mlp_by_default():
    assert sum(p.numel() for p in ImageMLP(1, 28, 28, 10).parameters()) == 269_322


def test_built_by_name():
    shape = ImageShape(1, 8, 8, 3)
    linear = build(ModelConfig(name="linear"), shape)
    assert sum(p.numel() for p in linear.parameters()) == 64 * 3 + 3
    cnn = build(ModelConfig(name="cnn", widths=(4,), norm="none", dropout=0), shape)
    assert sum(p.numel() for p in cnn.parameters()) == 4 * 9 + 4 + 4 * 16 * 3 + 3
    assert isinstance(build(ModelConfig(name="mlp"), shape), ImageMLP)
    with pytest.raises(ConfigError, match="the CNN is for images"):
        build(ModelConfig(name="cnn"), TableShape(2, (), 2))
