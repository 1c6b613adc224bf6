"""Images from their bytes: an MLP and a CNN on Fashion-MNIST.

An IDX file is a header of a few bytes and then the pixels, so reading it is one line; a Dataset of
one's own turns bytes into float32 with the right mean, and labels into int64. The MLP sees pixels in
a row; the CNN sees neighbours, and needs fewer weights for more. Set FOURBEAT_DATA__DIR to the folder
with the four files; 6,000 images and 3 epochs are used, so that it takes seconds. Without it the lab
takes the small digits of scikit-learn, and says so. `fourbeat train fashion-mnist` does it all.
"""

import gzip
import logging
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

import fourbeat as fb
from fourbeat.labs.picture import RIGHT, THIRD, picture
from fourbeat.labs.play import main

PREDICT = (
    "An MLP of 784-256-256-10 has how many weights and biases? Which of the two, MLP or CNN, is "
    "ahead after 3 epochs on a tenth of the images? And after all 60,000 and 10 epochs?"
)

COMPARE = (
    "The MLP has {mlp_parameters:,.0f} parameters here (269,322 for images of 28 x 28) and "
    "reaches a test accuracy of {mlp:.3f}; the CNN has {cnn_parameters:,.0f} and reaches "
    "{cnn:.3f}, on {test:,.0f} test images of {size:.0f} x {size:.0f} pixels (28 is "
    "Fashion-MNIST, 8 the stand-in). Neighbouring pixels belong together, and a convolution "
    "knows it. What all images and ten epochs give is in the README, printed by "
    "benchmarks/fashion_mnist.py."
)

MEAN, STD, MOST, EPOCHS = 0.2860, 0.3530, 6000, 3


class Images(Dataset[tuple[Tensor, Tensor]]):
    """Bytes of shape (N, height, width) and their labels, normalised when they are asked for."""

    def __init__(self, pixels: np.ndarray, labels: np.ndarray) -> None:
        self.pixels, self.labels = torch.tensor(pixels), torch.tensor(labels, dtype=torch.int64)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> tuple[Tensor, Tensor]:
        image = self.pixels[row].to(torch.float32).div(255)
        return (image[None] - MEAN) / STD, self.labels[row]


def idx(path: Path, header: int) -> np.ndarray:
    """The bytes of a gzipped IDX file after its header."""
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=header)


def fashion(folder: Path) -> tuple[Images, Images]:
    """The first images of both splits."""
    made: list[Images] = []
    for split, most in (("train", MOST), ("t10k", MOST // 3)):
        pixels = idx(folder / f"{split}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
        labels = idx(folder / f"{split}-labels-idx1-ubyte.gz", 8)
        made.append(Images(pixels[:most], labels[:most]))
    return made[0], made[1]


def digits() -> tuple[Images, Images]:
    """scikit-learn's digits, 1,797 images of 8 x 8."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise fb.FourbeatError(
            "there are no images",
            "fashion_mnist",
            "Set FOURBEAT_DATA__DIR to the folder of the four IDX files, or pip install 'fourbeat[sklearn]'",
        ) from None
    logging.getLogger("fourbeat").warning("FOURBEAT_DATA__DIR is not set: digits of 8 x 8 stand in")
    bunch: Any = load_digits()
    pixels, labels = (bunch.images * 255 / 16).astype(np.uint8), bunch.target
    return Images(pixels[:1400], labels[:1400]), Images(pixels[1400:], labels[1400:])


def mlp(size: int) -> nn.Module:
    """The recipe of the lesson, for images of a side of `size` pixels."""
    hidden = [nn.Linear(size * size, 256), nn.ReLU(), nn.Dropout(0.2)]
    hidden += [nn.Linear(256, 256), nn.ReLU(), nn.Dropout(0.2)]
    return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(256, 10))


def cnn(size: int) -> nn.Module:
    """Two blocks of convolution, normalisation and pooling."""
    blocks: list[nn.Module] = []
    for before, after in ((1, 16), (16, 32)):
        blocks += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()]
        blocks.append(nn.MaxPool2d(2))
    return nn.Sequential(*blocks, nn.Flatten(), nn.Linear(32 * (size // 4) ** 2, 10))


def train(
    make: Callable[[int], nn.Module], data: tuple[Images, Images]
) -> tuple[nn.Module, fb.Run]:
    """Adam 1e-3, batches of 64."""
    torch.manual_seed(0)
    model = make(data[0].pixels.shape[1])
    source = torch.Generator().manual_seed(0)
    with TemporaryDirectory() as place:
        run = fb.fit(
            model,
            DataLoader(data[0], batch_size=64, shuffle=True, generator=source),
            DataLoader(data[1], batch_size=500),
            loss_fn=nn.CrossEntropyLoss(),
            optimizer=torch.optim.Adam(model.parameters(), lr=1e-3),
            epochs=EPOCHS,
            out=f"{place}/run",
        )
    return model, run


def run(directory: Path) -> dict[str, float]:
    """Figures of both, and `fashion_mnist.png`."""
    folder = os.environ.get("FOURBEAT_DATA__DIR")
    data = fashion(Path(folder)) if folder else digits()
    found = {make.__name__: train(make, data) for make in (mlp, cnn)}
    name = "Fashion-MNIST" if folder else "scikit-learn's digits, the stand-in"
    with picture(directory, "fashion_mnist", f"An MLP and a CNN on {name}", columns=2) as panels:
        left, right = panels
        for (kind, (_, done)), colour in zip(found.items(), (THIRD, RIGHT), strict=True):
            curves, epochs = done.receipt.curves, range(1, EPOCHS + 1)
            for axes, value in ((left, "loss"), (right, "accuracy")):
                axes.plot(
                    epochs,
                    [e.validation[value] for e in curves],
                    "o-",
                    color=colour,
                    label=f"{kind.upper()}, test",
                )
                axes.plot(
                    epochs,
                    [e.train[value] for e in curves],
                    "o--",
                    color=colour,
                    linewidth=1,
                    label=f"{kind.upper()}, training",
                )
                axes.set(xlabel="epoch", xticks=epochs)
        left.set(ylabel="loss (cross-entropy)", ylim=(0, None))
        right.set(ylabel="accuracy")
        left.legend()
    return {
        "images": len(data[0]),
        "test": len(data[1]),
        "size": data[0].pixels.shape[1],
        **{
            f"{kind}_parameters": sum(p.numel() for p in model.parameters())
            for kind, (model, _) in found.items()
        },
        **{
            kind: done.receipt.curves[-1].validation["accuracy"]
            for kind, (_, done) in found.items()
        },
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
