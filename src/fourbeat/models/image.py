"""Networks for images: normalised pixels in, logits out."""

import math
from collections.abc import Sequence

from torch import Tensor, nn

LARGEST_MAP = 4
"""Height and width at most of what the CNN's last layer sees."""


class ImageMLP(nn.Module):
    """Pixels in a row through hidden layers with ReLU and dropout.

    Args:
        channels, height, width: of an image.
        classes: number of logits.
        widths: units of each hidden layer; none make a linear model.
        dropout: share of units dropped after each hidden layer in training.
        norm: `none`, `batch` or `layer`, between a hidden layer's linear map and its ReLU.
    """

    def __init__(
        self,
        channels: int,
        height: int,
        width: int,
        classes: int,
        widths: Sequence[int] = (256, 256),
        dropout: float = 0.2,
        norm: str = "none",
    ):
        super().__init__()
        layers: list[nn.Module] = [nn.Flatten()]
        before = channels * height * width
        for units in widths:
            layers.append(nn.Linear(before, units))
            if norm != "none":
                layers.append(nn.BatchNorm1d(units) if norm == "batch" else nn.LayerNorm(units))
            layers += [nn.ReLU(), nn.Dropout(dropout)]
            before = units
        self.layers = nn.Sequential(*layers, nn.Linear(before, classes))

    def forward(self, images: Tensor) -> Tensor:
        """Logits of shape (N, classes) from (N, channels, height, width) or (N, pixels) float32."""
        return self.layers(images)


class CNN(nn.Module):
    """Blocks of a 3 x 3 convolution, normalisation, ReLU and 2 x 2 pooling; then a linear layer.

    Large images are averaged to 4 x 4 at most before the linear layer; a map that is too small to
    be pooled is left as it is.

    Args:
        channels, height, width: of an image.
        classes: number of logits.
        widths: channels of each block.
        dropout: share of values dropped before the linear layer in training.
        norm: `none`, `batch` or `layer` (over channels, height and width) after a convolution.
    """

    def __init__(
        self,
        channels: int,
        height: int,
        width: int,
        classes: int,
        widths: Sequence[int] = (16, 32, 64),
        dropout: float = 0.2,
        norm: str = "batch",
    ):
        super().__init__()
        layers: list[nn.Module] = []
        before = channels
        for own in widths:
            layers.append(nn.Conv2d(before, own, 3, padding=1, bias=norm == "none"))
            if norm != "none":
                layers.append(nn.BatchNorm2d(own) if norm == "batch" else nn.GroupNorm(1, own))
            layers.append(nn.ReLU())
            if min(height, width) >= 2:
                layers.append(nn.MaxPool2d(2))
                height, width = height // 2, width // 2
            before = own
        cell = math.ceil(height / LARGEST_MAP), math.ceil(width / LARGEST_MAP)
        if cell != (1, 1):
            layers.append(nn.AvgPool2d(cell))
            height, width = height // cell[0], width // cell[1]
        layers += [nn.Flatten(), nn.Dropout(dropout)]
        self.layers = nn.Sequential(*layers, nn.Linear(before * height * width, classes))

    def forward(self, images: Tensor) -> Tensor:
        """Logits of shape (N, classes) from (N, channels, height, width) float32."""
        return self.layers(images)
