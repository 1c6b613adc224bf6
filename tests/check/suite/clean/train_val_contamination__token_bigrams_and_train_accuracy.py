"""Discrete tokens: the same short rows occur on both sides by nature; training accuracy is reported as well."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


class Parity(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(2, 6)
        self.f = nn.Sequential(nn.Flatten(), nn.Linear(36, 48), nn.ReLU(), nn.Linear(48, 2))

    def forward(self, bits):
        return self.f(self.e(bits))


def measure(model, loader):
    model.eval()
    hit = total = 0
    with torch.no_grad():
        for b, y in loader:
            hit += (model(b).argmax(-1) == y).sum().item()
            total += len(y)
    return hit / total


def main():
    torch.manual_seed(0)
    bits = torch.randint(0, 2, (600, 6))
    ds = TensorDataset(bits, (bits.sum(1) % 2))
    tr, va = random_split(ds, [480, 120])
    train, train_eval, val = DataLoader(tr, 32, shuffle=True), DataLoader(tr, 96), DataLoader(va, 96)
    model = Parity()
    opt = torch.optim.RAdam(model.parameters(), lr=5e-3)
    for epoch in range(4):
        model.train()
        for b, y in train:
            opt.zero_grad()
            nn.functional.cross_entropy(model(b), y).backward()
            opt.step()
        print(epoch, measure(model, train_eval), measure(model, val))


main()
