"""A training on images, as far as it differs from one on a table: what it reads, its loaders."""

from pathlib import Path
from typing import Any

import torch

from fourbeat.config.options import Config
from fourbeat.data.augment import Augment
from fourbeat.data.image_places import sources
from fourbeat.data.images import PreparedImages, prepare_images
from fourbeat.data.loader import TensorLoader

BATCHES = (8, 64)
"""The smallest and the largest batch that a number of rows leads to."""

EVALUATION_PIXELS = 1 << 23
"""Pixels that are evaluated at once: 32 MiB of float32."""


def read(config: Config) -> PreparedImages:
    """The images that a configuration declares; see `prepare_images`."""
    assert config.image is not None
    return prepare_images(config.data, config.split, config.image, config.split_seed)


def image_loader(
    data: PreparedImages, rows: Any, batch_size: int | None, *, seed: int, shuffle: bool
) -> TensorLoader:
    """Batches of normalised images and class numbers.

    Args:
        rows: row numbers, int64 of shape (n,).
        batch_size: rows in a batch; None for as many as a moderate memory takes.
        seed: of the order, and of flips and crops.
        shuffle: whether this is for training: an order for each epoch, with flips and crops.
    """
    images = data.images
    augment = Augment(
        images.mean,
        images.std,
        flip=shuffle and images.flip,
        crop=images.crop if shuffle else 0,
        seed=seed,
    )
    if batch_size is None:
        batch_size = max(1, EVALUATION_PIXELS // data.pixels[0].numel())
    return TensorLoader(
        data.pixels,
        data.target,
        rows=torch.from_numpy(rows),
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        transform=augment,
    )


def files(config: Config) -> list[Path]:
    """The files and folders that a configuration declares, as the receipt lists them."""
    return sources(config.data, config.split)
