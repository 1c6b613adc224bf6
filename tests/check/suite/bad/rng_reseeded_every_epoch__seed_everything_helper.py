import os
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def seed_everything(seed=1234):
    random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)  # expect: rng-reseeded-every-epoch


def train_one_epoch(net, loader, opt):
    seed_everything()  # expect: rng-reseeded-every-epoch
    net.train()
    for x, y in loader:  # expect: rng-reseeded-every-epoch
        x = x + 0.05 * torch.randn_like(x)
        loss = nn.functional.cross_entropy(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return loss.item()


def main():
    seed_everything()
    x = torch.randn(256, 6)
    y = (x.sum(1) > 0).long()
    loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
    net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Dropout(0.1), nn.Linear(24, 2))
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    for _ in range(4):
        print(train_one_epoch(net, loader, opt))


if __name__ == "__main__":
    main()
