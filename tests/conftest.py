"""What tests share: the lessons' rows, small models, and where the real tables are."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

SHARED = Path(__file__).parents[2] / "shared" / "data"

TRAIN_X = [
    (-2.0, -1.2),
    (-1.3, -0.8),
    (-0.8, -1.4),
    (-1.6, -0.4),
    (0.9, 1.1),
    (1.4, 0.8),
    (1.8, 1.6),
    (0.7, 1.7),
]
TRAIN_Y = [0, 0, 0, 0, 1, 1, 1, 1]
VAL_X = [(-1.1, -0.6), (-0.5, -1.7), (1.0, 0.6), (1.7, 0.4)]
VAL_Y = [0, 0, 1, 1]


@dataclass
class Lesson:
    """The lessons' ticket router: loaders, model and optimizer, all from one seed."""

    train: DataLoader
    val: DataLoader
    model: nn.Module
    optimizer: torch.optim.Optimizer
    loss_fn: nn.Module


@pytest.fixture
def lesson() -> Callable[..., Lesson]:
    """Make the lesson's objects anew, from seed 7."""

    def make(dropout: float = 0.0, lr: float = 0.15) -> Lesson:
        torch.manual_seed(7)
        train = DataLoader(
            TensorDataset(torch.tensor(TRAIN_X), torch.tensor(TRAIN_Y)), batch_size=4, shuffle=True
        )
        val = DataLoader(TensorDataset(torch.tensor(VAL_X), torch.tensor(VAL_Y)), batch_size=4)
        layers = [nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2)]
        if dropout:
            layers.insert(2, nn.Dropout(dropout))
        model = nn.Sequential(*layers)
        optimizer = torch.optim.SGD(model.parameters(), lr=lr)
        return Lesson(train, val, model, optimizer, nn.CrossEntropyLoss())

    return make


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """A file of the real data sets, or a skip with the reason."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"the data set {name} is not beside this checkout")
        return path

    return find


def written_idx(path: Path, array: np.ndarray) -> Path:
    """Write an array of bytes as IDX, gzipped where the name says so."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    data = bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data, 1) if path.suffix == ".gz" else data)
    return path


def stripes(n: int, seed: int = 0, size: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Grey images, uint8 of shape (n, size, size), and which third of each is bright."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    images = rng.integers(0, 120, (n, size, size))
    third = size // 3
    for image, label in zip(images, labels, strict=True):
        image[label * third : (label + 1) * third] += 100
    return images.astype(np.uint8), labels


@pytest.fixture
def write_idx() -> Callable[[Path, np.ndarray], Path]:
    """Write an array of bytes as IDX, gzipped where the name says so."""
    return written_idx


@pytest.fixture
def mnist_like(tmp_path) -> Callable[..., Path]:
    """Make a folder with four IDX files, named as MNIST's are, of 3 classes."""

    def make(train: int = 120, test: int = 30, suffix: str = ".gz") -> Path:
        folder = tmp_path / "idx"
        folder.mkdir()
        for name, n, seed in (("train", train, 0), ("t10k", test, 1)):
            images, labels = stripes(n, seed)
            written_idx(folder / f"{name}-images-idx3-ubyte{suffix}", images)
            written_idx(folder / f"{name}-labels-idx1-ubyte{suffix}", labels)
        return folder

    return make


@pytest.fixture
def class_folders(tmp_path) -> Callable[..., Path]:
    """Make a folder of PNGs with a sub-folder for each of 3 classes."""

    def make(n: int = 90, name: str = "pictures", seed: int = 0) -> Path:
        image_of = pytest.importorskip("PIL.Image").fromarray
        images, labels = stripes(n, seed)
        for number, (image, label) in enumerate(zip(images, labels, strict=True)):
            folder = tmp_path / name / ("top", "middle", "bottom")[label]
            folder.mkdir(parents=True, exist_ok=True)
            image_of(image).save(folder / f"{number:04d}.png")
        return tmp_path / name

    return make


@pytest.fixture(autouse=True)
def _leave_no_trace():
    """Each test gets torch's global settings as they were."""
    threads = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)
