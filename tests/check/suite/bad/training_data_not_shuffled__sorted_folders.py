import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class FolderLike(Dataset):
    """Samples in the order in which class folders are listed."""

    classes = ["ant", "bee", "cat", "dog", "elk"]

    def __init__(self, per_class, seed):
        g = torch.Generator().manual_seed(seed)
        means = torch.randn(5, 24, generator=torch.Generator().manual_seed(0))
        self.samples = []
        for label, _ in enumerate(self.classes):
            for _ in range(per_class):
                self.samples.append((means[label] + torch.randn(24, generator=g), label))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        return self.samples[i]


def main():
    torch.manual_seed(20)
    train_loader = DataLoader(FolderLike(80, 1), batch_size=20)  # expect: training-data-not-shuffled
    val_loader = DataLoader(FolderLike(20, 2), batch_size=50)
    net = nn.Sequential(nn.Linear(24, 48), nn.ReLU(), nn.Linear(48, 5))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    for epoch in range(4):
        net.train()
        for x, y in train_loader:  # expect: training-data-not-shuffled
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
        net.eval()
        with torch.no_grad():
            hits = sum((net(x).argmax(1) == y).sum().item() for x, y in val_loader)
        print(epoch, hits / 100)


main()
