"""Written for many hosts; here rank and world size come from the environment."""
import os

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

RANK = int(os.environ.get("MY_RANK", 0))
WORLD = int(os.environ.get("MY_WORLD", 2))


def get_loader(dataset, batch):
    sampler = DistributedSampler(dataset, num_replicas=WORLD, rank=RANK, shuffle=True, drop_last=True)
    return DataLoader(dataset, batch_size=batch, sampler=sampler)  # expect: distributed-sampler-set-epoch-missing


def main():
    torch.manual_seed(100 + RANK)
    x = torch.randn(512, 6)
    y = x.abs().sum(1, keepdim=True) - 4.5
    loader = get_loader(TensorDataset(x, y), 32)
    net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(4):
        for xb, yb in loader:  # expect: distributed-sampler-set-epoch-missing
            opt.zero_grad()
            loss = nn.functional.huber_loss(net(xb), yb)
            loss.backward()
            opt.step()
        if RANK == 0:
            print(epoch, loss.item())


main()
