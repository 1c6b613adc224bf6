"""A script as the lessons write it: a dataset that prepares image by image, a DataLoader, a loop.

Each image is prepared by the operations that torchvision's dataset, `ToTensor` and `Normalize` do.

    python fashion_script.py FOLDER mlp|cnn EPOCHS

Prints the test accuracy of the epoch that was best in validation.
"""

import copy
import gzip
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset, random_split


def idx(path: Path, head: int) -> np.ndarray:
    """The bytes of an IDX file after its head."""
    plain = path.with_suffix("")
    raw = plain.read_bytes() if plain.exists() else gzip.decompress(path.read_bytes())
    return np.frombuffer(raw, np.uint8, offset=head)


def to_tensor(image: Image.Image) -> torch.Tensor:
    """An image as float32 of shape (1, height, width), between 0 and 1."""
    pixels = torch.from_numpy(np.array(image, np.uint8, copy=True)).view(*image.size[::-1], 1)
    return pixels.permute(2, 0, 1).contiguous().to(torch.float32).div(255)


def normalize(image: torch.Tensor, mean: tuple[float], std: tuple[float]) -> torch.Tensor:
    """The image less the mean, over the deviation, by channel."""
    shift, scale = (torch.as_tensor(n, dtype=image.dtype).view(-1, 1, 1) for n in (mean, std))
    return image.clone().sub_(shift).div_(scale)


class FashionMNIST(Dataset):
    """Images as float32 of shape (1, 28, 28), normalised one by one."""

    def __init__(self, folder: Path, part: str):
        self.images = idx(folder / f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
        self.labels = idx(folder / f"{part}-labels-idx1-ubyte.gz", 8)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = to_tensor(Image.fromarray(self.images[index]))
        return normalize(image, (0.2860,), (0.3530,)), int(self.labels[index])


def network(name: str) -> nn.Module:
    """The lessons' MLP, or a CNN of two convolutions."""
    if name == "mlp":
        return nn.Sequential(
            *(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2)),
            *(nn.Linear(256, 256), nn.ReLU(), nn.Dropout(0.2), nn.Linear(256, 10)),
        )
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(64 * 49, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def evaluate(model, loader, loss_fn):
    """Mean loss and accuracy."""
    model.eval()
    total = right = 0
    with torch.no_grad():
        for x, y in loader:
            logits = model(x)
            total += loss_fn(logits, y).item() * len(y)
            right += (logits.argmax(1) == y).sum().item()
    return total / len(loader.dataset), right / len(loader.dataset)


def main():
    folder, name, epochs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    torch.manual_seed(7)
    train, validation = random_split(FashionMNIST(folder, "train"), [51_000, 9_000])
    loader = DataLoader(train, batch_size=64, shuffle=True)
    validation_loader = DataLoader(validation, batch_size=64)
    test_loader = DataLoader(FashionMNIST(folder, "t10k"), batch_size=64)
    model, loss_fn = network(name), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    best = float("inf")
    for _ in range(epochs):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
        loss, _ = evaluate(model, validation_loader, loss_fn)
        if loss < best:
            best, state = loss, copy.deepcopy(model.state_dict())
    model.load_state_dict(state)
    torch.save(state, "model.pt")
    print(f"{evaluate(model, test_loader, loss_fn)[1]:.4f}")


if __name__ == "__main__":
    main()
