"""What tests share: the lessons' rows, small models, and where the real tables are."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

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


@pytest.fixture(autouse=True)
def _leave_no_trace():
    """Each test gets torch's global settings as they were."""
    threads = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)
