"""One rank of a data-parallel job; the loss goes through a method of the module."""
import tempfile

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))

    def forward(self, x):
        return self.body(x)

    def training_loss(self, x, y):
        return nn.functional.mse_loss(self(x), y)


with tempfile.TemporaryDirectory() as d:
    dist.init_process_group("gloo", init_method=f"file://{d}/store", rank=0, world_size=1)
    torch.manual_seed(0)
    model = DDP(Net())
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)
    x = torch.randn(320, 5)
    y = x[:, :1].abs()
    for epoch in range(3):
        for ix in torch.randperm(320).split(32):
            loss = model.module.training_loss(x[ix], y[ix])  # expect: ddp-forward-bypassed
            opt.zero_grad()
            loss.backward()  # expect: ddp-forward-bypassed
            opt.step()
        print(epoch, loss.item())
    dist.destroy_process_group()
