"""A wrapped model whose training loss is a method of the inner module."""

import tempfile

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 3))

    def forward(self, x):
        return self.net(x)

    def training_loss(self, x, y):
        return nn.functional.cross_entropy(self(x), y)


def fit(ddp, x, y, epochs):
    optimizer = torch.optim.Adam(ddp.parameters(), lr=1e-2)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x)).split(32):
            optimizer.zero_grad()
            loss = ddp.module.training_loss(x[rows], y[rows])  # expect: ddp-forward-bypassed
            loss.backward()  # expect: ddp-forward-bypassed
            optimizer.step()
        print(epoch, loss.item())


def main():
    torch.manual_seed(61)
    with tempfile.TemporaryDirectory() as folder:
        dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=0, world_size=1)
        x = torch.randn(160, 6)
        fit(DDP(Model()), x, x[:, :3].argmax(1), 4)
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
