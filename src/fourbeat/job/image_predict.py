"""The model that a run on images left: load it, and use it on arrays, IDX files and folders."""

from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from fourbeat.data import folders, idx, pictures
from fourbeat.data.augment import normalised
from fourbeat.data.opening import near_file
from fourbeat.data.record import DataRecord, ImageRecord
from fourbeat.errors import DataError, Problem
from fourbeat.job.tasks.classes import numbers
from fourbeat.job.tasks.task import tempered
from fourbeat.job.writing import writing
from fourbeat.loop.modes import mode
from fourbeat.receipt.results import DecisionRecord

BLOCK_PIXELS = 1 << 22
"""Pixels that are decoded, and go through the model, at once."""


class ImageClassifier(nn.Module):
    """A trained network with its normalisation and its labels.

    Attributes:
        network: the network, called as in training.
        classes: label texts; the place is the class number.
        images: size, channels and normalisation.
        decision: temperature and threshold, where the run declared them.
    """

    def __init__(
        self,
        network: nn.Module,
        data: DataRecord,
        images: ImageRecord,
        decision: DecisionRecord | None = None,
    ):
        super().__init__()
        self.network = network
        self.classes = data.classes
        self.images = images
        self.decision = decision

    @property
    def block(self) -> int:
        """Images that go through the model at once."""
        return max(
            1, BLOCK_PIXELS // (self.images.channels * self.images.height * self.images.width)
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits of shape (N, classes) from uint8 of shape (N, channels, height, width)."""
        return self.network(normalised(pixels, self.images.mean, self.images.std))

    def predict_proba(self, images: Any) -> np.ndarray:
        """Class probabilities, float64 of shape (N, classes), columns in order of `classes`.

        Args:
            images: uint8 array or tensor of shape (N, height, width) or (N, channels, height,
                width); or a path: an IDX file, an image file, or a folder, whose images are taken
                in the order of their names. Files are resized as in training.

        Raises:
            DataError: for another size or dtype, and for every file that cannot be decoded.
        """
        if isinstance(images, str | Path):
            parts = [p for _, p in self.of_path(Path(images))]
            return np.concatenate(parts)
        return self.probabilities(images, "the images")

    def predict(self, images: Any) -> np.ndarray:
        """The likeliest label of each image, or that of the run's threshold, texts of shape (N,).

        See `predict_proba`.
        """
        return np.array(self.classes)[numbers(self.predict_proba(images), self.decision)]

    def probabilities(self, images: Any, name: str) -> np.ndarray:
        """Class probabilities of an array; see `predict_proba`."""
        pixels = self.checked(images, name)
        device = next((p.device for p in self.parameters()), torch.device("cpu"))
        parts = [torch.zeros(0, len(self.classes), dtype=torch.float64)]
        with torch.inference_mode(), mode(self, training=False):
            for part in pixels.split(self.block):
                logits = self(part.to(device)).cpu().double()
                parts.append(tempered(logits, self.decision).softmax(dim=1))
        return torch.cat(parts).numpy()

    def checked(self, images: Any, name: str) -> Tensor:
        """Images as uint8 of shape (N, channels, height, width).

        Raises:
            DataError: naming the dtype or shape that does not fit.
        """
        pixels = images if isinstance(images, Tensor) else torch.tensor(np.asarray(images))
        wanted = (self.images.channels, self.images.height, self.images.width)
        if pixels.dtype != torch.uint8:
            raise DataError(
                f"the pixels are {str(pixels.dtype).removeprefix('torch.')}, not uint8",
                name,
                "Give bytes from 0 to 255: the model normalises them itself",
            )
        shape = tuple(pixels.shape)
        if len(shape) == 3:
            pixels = pixels[:, None]
        if tuple(pixels.shape[1:]) != wanted:
            channels, height, width = wanted
            last = shape[1:] == (height, width, channels)
            grey = f" or (N, {height}, {width})" if channels == 1 else ""
            raise DataError(
                f"images of shape {shape}; the model takes (N, {channels}, {height}, {width}){grey}",
                name,
                "Put the channels first: images.transpose(0, 3, 1, 2)" if last else "",
            )
        return pixels

    def of_path(self, path: Path) -> Generator[tuple[list[str] | range, np.ndarray]]:
        """Names of files, or row numbers of an IDX file, with their probabilities, in blocks.

        Raises:
            DataError: for every file that cannot be decoded, at the end of the folder.
        """
        if path.is_file() and not path.name.lower().endswith(folders.SUFFIXES):
            pixels = torch.from_numpy(idx.read(path))
            if not len(pixels):
                raise DataError("the file has no images", str(path))
            for start in range(0, len(pixels), self.block):
                part = pixels[start : start + self.block]
                yield range(start, start + len(part)), self.probabilities(part, str(path))
            return
        if not path.exists():
            raise DataError("no such file or folder", str(path), near_file(path))
        names = folders.listing(path).names if path.is_dir() else [path.name]
        if not names:
            raise DataError("the folder has no images", str(path))
        root = path if path.is_dir() else path.parent
        paths, size = [root / name for name in names], (self.images.height, self.images.width)
        problems: list[Problem] = []
        for start in range(0, len(paths), self.block):
            try:
                read = pictures.read(
                    paths[start : start + self.block], size=size, channels=self.images.channels
                )
            except DataError as error:
                problems += error.problems
                continue
            if not problems:
                part = torch.from_numpy(read.pixels)
                yield names[start : start + self.block], self.probabilities(part, str(path))
        if problems:
            raise DataError(problems)


def predict_images(model: ImageClassifier, source: Path, out: Path) -> int:
    """Write a row for each image: `file` or `row`, `prediction`, and `p_<label>` for each class.

    Args:
        model: a loaded run.
        source: an IDX file, whose rows count from 0, an image file, or a folder of them.
        out: CSV or Parquet, by its ending. It appears whole or not at all.

    Returns:
        The number of images.

    Raises:
        DataError: see `ImageClassifier.predict_proba`.
    """
    done = 0
    with writing(out) as write:
        for names, p in model.of_path(source):
            labels = np.array(model.classes, dtype=object)[numbers(p, model.decision)]
            columns: dict[str, Any] = {
                "row" if isinstance(names, range) else "file": pa.array(list(cast(Any, names))),
                "prediction": pa.array(labels, pa.string()),
            }
            for number, label in enumerate(model.classes):
                columns[f"p_{label}"] = pa.array(np.ascontiguousarray(p[:, number]))
            write(pa.table(columns))
            done += len(names)
    return done
