import argparse
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Churn(Dataset):
    def __init__(self, n, seed=0):
        g = torch.Generator().manual_seed(seed)
        self.x = torch.randn(n, 7, generator=g)
        p = torch.sigmoid(2 * self.x[:, 0] - self.x[:, 3])
        self.y = torch.bernoulli(p, generator=g)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


class ChurnModel(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(d, h), nn.ReLU(), nn.Linear(h, 1))

    def forward(self, x):
        return torch.sigmoid(self.layers(x)).squeeze(1)  # expect: sigmoid-before-bce-with-logits


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--hidden", default=16, type=int)
    ap.add_argument("--epochs", default=3, type=int)
    args = ap.parse_args()
    torch.manual_seed(0)
    loader = DataLoader(Churn(320), batch_size=32, shuffle=True)
    model = ChurnModel(7, args.hidden)
    loss_fn = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(args.epochs):
        for x, y in loader:
            loss = loss_fn(model(x), y)  # expect: sigmoid-before-bce-with-logits
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print("epoch", epoch, "loss", loss.item())
