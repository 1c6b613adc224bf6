import argparse

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn
from torch.utils.data import DataLoader, TensorDataset


def get_args():
    p = argparse.ArgumentParser()
    p.add_argument("--epochs", type=int, default=6)
    p.add_argument("--swa-start", type=int, default=3)
    p.add_argument("--mc-samples", type=int, default=8)
    return p.parse_args()


class Net(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(9, 40), nn.BatchNorm1d(40), nn.ReLU(), nn.Dropout(p), nn.Linear(40, 2)
        )

    def forward(self, x):
        return self.net(x)


def enable_dropout(model):
    for m in model.modules():
        if m.__class__.__name__.startswith("Dropout"):
            m.train()


def test(model, loader):
    model.eval()
    hits = 0
    with torch.no_grad():
        for x, y in loader:
            hits += (model(x).argmax(1) == y).sum().item()
    return hits / len(loader.dataset)


def mc_predict(model, loader, samples):
    model.eval()
    enable_dropout(model)
    out = []
    with torch.no_grad():
        for x, _ in loader:
            out.append(torch.stack([model(x).softmax(-1) for _ in range(samples)]).numpy())
    probs = np.concatenate(out, 1)
    return probs.mean(0), probs.std(0).mean()


def main():
    args = get_args()
    torch.manual_seed(40)
    x = torch.randn(360, 9)
    y = (x[:, 0] + x[:, 1] ** 2 > 1).long()
    train = DataLoader(TensorDataset(x[:300], y[:300]), batch_size=30, shuffle=True)
    val = DataLoader(TensorDataset(x[300:], y[300:]), batch_size=30)
    model = Net()
    swa_model = AveragedModel(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs)
    swa_scheduler = SWALR(optimizer, swa_lr=0.05, anneal_epochs=1)
    for epoch in range(args.epochs):
        model.train()
        for xb, yb in train:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
        if epoch >= args.swa_start:
            swa_model.update_parameters(model)
            swa_scheduler.step()
        else:
            scheduler.step()
        print(epoch, loss.item(), test(model, val))
    update_bn(train, swa_model)
    print("swa", test(swa_model, val))
    mean, spread = mc_predict(model, val, args.mc_samples)
    print("mc", (mean.argmax(1) == y[300:].numpy()).mean(), spread)


if __name__ == "__main__":
    main()
