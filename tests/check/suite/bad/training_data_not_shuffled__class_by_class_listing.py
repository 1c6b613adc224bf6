"""A dataset that lists its items class by class, like pictures in folders."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Folders(Dataset):
    def __init__(self, classes, each):
        g = torch.Generator().manual_seed(0)
        prototypes = torch.randn(classes, 1, 10, 10, generator=g)
        self.samples = [(c, i) for c in range(classes) for i in range(each)]
        self.pictures = torch.stack([prototypes[c] + 0.8 * torch.randn(1, 10, 10, generator=g) for c, _ in self.samples])

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        return self.pictures[i], self.samples[i][0]


def main():
    torch.manual_seed(50)
    train = DataLoader(Folders(4, 80), batch_size=32)  # expect: training-data-not-shuffled
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 4)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(3):
        seen = right = 0
        for pictures, kinds in train:  # expect: training-data-not-shuffled
            optimizer.zero_grad()
            out = model(pictures)
            nn.functional.cross_entropy(out, kinds).backward()
            optimizer.step()
            right += (out.argmax(1) == kinds).sum().item()
            seen += len(kinds)
        print(epoch, right / seen)


if __name__ == "__main__":
    main()
