"""ReduceLROnPlateau fed with a validation F1 score."""

import torch
from torch import nn
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, TensorDataset


def f1_score(predicted, truth):
    tp = ((predicted == 1) & (truth == 1)).sum().item()
    return 2 * tp / max(1, (predicted == 1).sum().item() + (truth == 1).sum().item())


def train_epoch(model, loader, optimizer):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()


def main():
    torch.manual_seed(43)
    x = torch.randn(500, 8)
    y = (x[:, 0] * x[:, 1] + 0.5 * x[:, 2] > 0.2).long()
    loader = DataLoader(TensorDataset(x[:400], y[:400]), batch_size=40, shuffle=True)
    model = nn.Sequential(nn.Linear(8, 48), nn.ReLU(), nn.Linear(48, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)  # expect: plateau-scheduler-wrong-mode
    for epoch in range(14):
        train_epoch(model, loader, optimizer)
        model.eval()
        with torch.no_grad():
            score = f1_score(model(x[400:]).argmax(1), y[400:])
        scheduler.step(score)  # expect: plateau-scheduler-wrong-mode
        print(epoch, round(score, 3), optimizer.param_groups[0]["lr"])


main()
