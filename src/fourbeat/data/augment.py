"""Bytes of images to what a model takes: normalised, and in training moved and mirrored."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from fourbeat.data.keyed import uniforms

AUGMENT_KEY = 0xA06  # keeps these random numbers apart from those of an epoch's order
PIXELS = 1 << 24
"""Pixels that statistics are taken of at once."""


def statistics(pixels: Tensor, rows: np.ndarray) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each channel, of pixels between 0 and 1.

    They come from counts of the 256 values: exact, in any order, without a copy in floats.

    Args:
        pixels: uint8 of shape (N, C, H, W).
        rows: those that count, int64 of shape (n,).

    Returns:
        The means, and the deviations, 1 for a channel of one value.
    """
    channels = pixels.shape[1]
    counts = np.zeros((channels, 256), np.int64)
    for chunk in torch.from_numpy(rows).split(max(1, PIXELS // max(1, pixels[0].numel()))):
        part = pixels.index_select(0, chunk)
        for channel in range(channels):
            seen = torch.bincount(part[:, channel].flatten(), minlength=256)
            counts[channel] += seen.numpy()
    values = np.arange(256) / 255
    means = (counts @ values) / counts.sum(axis=1)
    spread = ((values - means[:, None]) ** 2 * counts).sum(axis=1) / counts.sum(axis=1)
    stds = np.where(spread > 0, np.sqrt(spread), 1.0)
    return means.tolist(), stds.tolist()


def normalised(pixels: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """Bytes as float32: divided by 255, less the mean, over the deviation, channel by channel.

    Args:
        pixels: uint8 of shape (N, C, H, W).
        mean, std: of each channel.
    """

    def per_channel(values: Sequence[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float32, device=pixels.device).view(-1, 1, 1)

    return pixels.float().div_(255).sub_(per_channel(mean)).div_(per_channel(std))


@dataclass(frozen=True, slots=True)
class Augment:
    """A transform for `TensorLoader`: `(pixels, …)` with the pixels normalised.

    What is done to an image depends on (seed, epoch, its row number) alone, so that it is the
    same in whichever batch it comes, after a resume as well. Without flip and crop, this is the
    transform for evaluation.

    Attributes:
        mean, std: of each channel.
        flip: mirror left to right every other time.
        crop: pad by so many black pixels, and cut the image's size out somewhere.
        seed: of the random numbers.
    """

    mean: Sequence[float]
    std: Sequence[float]
    flip: bool = False
    crop: int = 0
    seed: int = 0

    def __call__(self, tensors: tuple[Tensor, ...], rows: Tensor, epoch: int) -> tuple[Tensor, ...]:
        """Normalise the first tensor, uint8 of shape (n, C, H, W), and pass the others on."""
        pixels, *others = tensors
        if self.flip or self.crop:
            pixels = self.moved(pixels, uniforms(rows.numpy(), 3, self.seed, AUGMENT_KEY, epoch))
        return (normalised(pixels, self.mean, self.std), *others)

    def moved(self, pixels: Tensor, u: np.ndarray) -> Tensor:
        """Cut a window out of each padded image, its columns backwards where it is mirrored.

        Args:
            pixels: uint8 of shape (n, C, H, W).
            u: random numbers of shape (n, 3) in [0, 1).
        """
        n, _, height, width = pixels.shape
        rows = torch.arange(height).expand(n, height)
        columns = torch.arange(width).expand(n, width)
        if self.flip:
            mirrored = torch.from_numpy(u[:, 0] < 0.5)[:, None]
            columns = torch.where(mirrored, columns.flip(1), columns)
        if self.crop:
            pixels = F.pad(pixels, [self.crop] * 4)
            down, right = torch.from_numpy((u[:, 1:] * (2 * self.crop + 1)).astype(np.int64)).T
            rows, columns = rows + down[:, None], columns + right[:, None]
        image = torch.arange(n)[:, None, None]
        window = pixels.permute(0, 2, 3, 1)[image, rows[:, :, None], columns[:, None, :]]
        return window.permute(0, 3, 1, 2).contiguous()
