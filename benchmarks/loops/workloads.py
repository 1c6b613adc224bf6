"""What is trained: data that is made or read from disk, and the same network for everybody."""

import gzip
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Workload:
    """A training that every contender does alike.

    Attributes:
        name: of it.
        batch: rows in a batch.
        lr: of Adam or AdamW.
        recipe: `adam`, or `full` for AdamW, cosine per step, gradients clipped at 1, bf16.
        data: gives x and y for training, and x and y for the test, as tensors in memory.
        network: makes the network; the seed was set before.
        epochs: of a full training, after which accuracies are compared.
        device: that it is trained on, `cpu` or `cuda`; data are made on the CPU.
    """

    name: str
    batch: int
    lr: float
    recipe: str
    data: Callable[[], tuple[Tensor, Tensor, Tensor, Tensor]]
    network: Callable[[], nn.Module]
    epochs: int
    device: str = "cpu"

    def model(self) -> nn.Module:
        """The network with the same weights for everybody, on the device."""
        torch.manual_seed(0)
        return self.network().to(self.device)

    def steps(self, rows: int) -> int:
        """Steps in an epoch."""
        return math.ceil(rows / self.batch)


def mlp(*widths: int, dropout: float = 0.0, flatten: bool = False) -> nn.Module:
    """Linear layers with ReLU between them."""
    layers: list[nn.Module] = [nn.Flatten()] if flatten else []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()] + ([nn.Dropout(dropout)] if dropout else [])
    return nn.Sequential(*layers[: -2 if dropout else -1])


def cnn() -> nn.Module:
    """Two convolutions and two linear layers, over images of shape (1, 28, 28)."""
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(64 * 49, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def tickets() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Two features and a border that is no line; one label in twenty is wrong."""
    random = torch.Generator().manual_seed(1)
    x = torch.randn(24_000, 2, generator=random)
    y = (x[:, 0] + 0.8 * x[:, 1] + 0.5 * (x[:, 0] * x[:, 1]) > 0.2).long()
    wrong = torch.rand(len(y), generator=random) < 0.05
    y = torch.where(wrong, 1 - y, y)
    return x[:20_000], y[:20_000], x[20_000:], y[20_000:]


def table() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Twenty features and four classes, as a small random network sees them."""
    random = torch.Generator().manual_seed(2)
    x = torch.randn(60_000, 20, generator=random)
    hidden = (x @ torch.randn(20, 32, generator=random) / 4).tanh()
    y = (hidden @ torch.randn(32, 4, generator=random)).argmax(1)
    return x[:50_000], y[:50_000], x[50_000:], y[50_000:]


def fashion_mnist() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Images of shape (N, 1, 28, 28), float32 and normalised; classes, int64.

    From the folder that FASHION_MNIST names, or where Debian's dataset-fashion-mnist puts it.
    """
    folder = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
    found: list[Tensor] = []
    for part in ("train", "t10k"):
        raw = idx(folder / f"{part}-images-idx3-ubyte.gz", 16)
        found.append((raw.view(-1, 1, 28, 28).float() / 255 - 0.2860) / 0.3530)
        found.append(idx(folder / f"{part}-labels-idx1-ubyte.gz", 8).long())
    return found[0], found[1], found[2], found[3]


def some_fashion_mnist() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The first 6,400 of the training images, and all of the test."""
    x, y, x_test, y_test = fashion_mnist()
    return x[:6400], y[:6400], x_test, y_test


def idx(path: Path, head: int) -> Tensor:
    """The bytes of an IDX file after its head, packed or not."""
    plain = path.with_suffix("")
    raw = plain.read_bytes() if plain.exists() else gzip.decompress(path.read_bytes())
    return torch.frombuffer(bytearray(raw[head:]), dtype=torch.uint8)


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("tickets", 32, 1e-3, "adam", tickets, lambda: mlp(2, 8, 2), 10),
        Workload(
            *("fashion", 64, 1e-3, "adam", fashion_mnist),
            *(lambda: mlp(784, 256, 256, 10, dropout=0.2, flatten=True), 3),
        ),
        Workload("cnn", 64, 1e-3, "adam", some_fashion_mnist, cnn, 3),
        Workload(
            *("table", 256, 1e-3, "adam", table, lambda: mlp(20, 128, 64, 4, dropout=0.2), 20)
        ),
        Workload(
            *("table-full", 256, 1e-3, "full", table),
            *(lambda: mlp(20, 128, 64, 4, dropout=0.2), 20),
        ),
    )
}
