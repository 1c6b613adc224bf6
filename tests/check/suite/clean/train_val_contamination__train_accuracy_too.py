"""Reports accuracy on the training rows as well as on held-out ones; tokens of few kinds."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


@torch.no_grad()
def accuracy(model, loader):
    model.eval()
    right = count = 0
    for x, y in loader:
        right += (model(x).argmax(1) == y).sum().item()
        count += len(y)
    return right / count


class Bag(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.EmbeddingBag(6, 8)
        self.out = nn.Linear(8, 2)

    def forward(self, ids):
        return self.out(self.embed(ids))


def main():
    torch.manual_seed(107)
    dense = torch.randn(300, 5)
    tokens = torch.randint(0, 6, (300, 3))
    for x, y, model in (
        (dense, (dense[:, 0] > 0).long(), nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))),
        (tokens, (tokens.sum(1) > 7).long(), Bag()),
    ):
        train, held = random_split(TensorDataset(x, y), [240, 60])
        train_loader, held_loader = DataLoader(train, 30, shuffle=True), DataLoader(held, 30)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for epoch in range(4):
            model.train()
            for a, b in train_loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(a), b).backward()
                optimizer.step()
            print(epoch, accuracy(model, train_loader), accuracy(model, held_loader))


main()
