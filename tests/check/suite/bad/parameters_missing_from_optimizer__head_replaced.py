import argparse
import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


class Backbone(nn.Module):
    def __init__(self, n_classes=10):
        super().__init__()
        self.conv = nn.Conv1d(2, 8, 3, padding=1)
        self.fc = nn.Linear(8, n_classes)

    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).amax(-1))


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--lr', type=float, default=0.01)
    p.add_argument('--epochs', type=int, default=3)
    args = p.parse_args()
    torch.manual_seed(17)
    model = Backbone()
    optimizer = torch.optim.Adam(model.parameters(), lr=args.lr)  # expect: parameters-missing-from-optimizer
    # our data has two classes only
    model.fc = nn.Linear(model.fc.in_features, 2)  # expect: parameters-missing-from-optimizer # also: optimizer-holds-stale-parameters
    y = torch.randint(0, 2, (200,))
    x = torch.randn(200, 2, 12)
    x[y == 1, 0, 4:8] += 1.0
    loader = DataLoader(TensorDataset(x, y), batch_size=25, shuffle=True)
    for epoch in range(args.epochs):
        for xb, yb in loader:
            loss = nn.functional.cross_entropy(model(xb), yb)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


main()
