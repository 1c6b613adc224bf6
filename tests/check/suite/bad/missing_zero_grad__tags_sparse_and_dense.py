"""Tag model: a sparse table trained by SparseAdam, a dense head by AdamW."""
import argparse

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class TagModel(nn.Module):
    def __init__(self, n_items: int, dim: int, n_classes: int):
        super().__init__()
        self.items = nn.EmbeddingBag(n_items, dim, mode="mean", sparse=True)
        self.head = nn.Sequential(nn.Linear(dim, 32), nn.GELU(), nn.Linear(32, n_classes))

    def forward(self, bags):
        return self.head(self.items(bags))


def make_data(n=512):
    g = torch.Generator().manual_seed(3)
    label = torch.randint(0, 5, (n,), generator=g)
    bags = torch.randint(0, 40, (n, 8), generator=g) + label[:, None] * 20
    return TensorDataset(bags, label)


def train(args):
    torch.manual_seed(args.seed)
    loader = DataLoader(make_data(), batch_size=args.bs, shuffle=True)
    model = TagModel(160, 16, 5)
    opt_table = torch.optim.SparseAdam(list(model.items.parameters()), lr=1e-2)
    opt_head = torch.optim.AdamW(model.head.parameters(), lr=2e-3)
    for epoch in range(args.epochs):
        seen, right = 0, 0
        for bags, label in loader:
            logits = model(bags)
            loss = F.cross_entropy(logits, label)
            opt_head.zero_grad()
            loss.backward()
            opt_head.step()
            opt_table.step()  # expect: missing-zero-grad
            right += (logits.argmax(1) == label).sum().item()
            seen += len(label)
        print(epoch, right / seen)


if __name__ == "__main__":
    p = argparse.ArgumentParser()
    p.add_argument("--bs", type=int, default=32)
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--seed", type=int, default=0)
    train(p.parse_args())
