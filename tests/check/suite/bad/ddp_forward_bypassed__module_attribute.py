import os
import tempfile

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Linear(8, 16)
        self.head = nn.Linear(16, 2)

    def loss(self, x, y):
        return nn.functional.cross_entropy(self.head(torch.relu(self.features(x))), y)

    def forward(self, x):
        return self.head(torch.relu(self.features(x)))


def main():
    torch.manual_seed(7)
    with tempfile.TemporaryDirectory() as folder:
        dist.init_process_group("gloo", init_method=f"file://{os.path.join(folder, 's')}", rank=0, world_size=1)
        net = DistributedDataParallel(Net())
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
        for step in range(20):
            x = torch.randn(32, 8)
            y = (x[:, 0] * x[:, 1] > 0).long()
            loss = net.module.loss(x, y)  # expect: ddp-forward-bypassed
            optimizer.zero_grad()
            loss.backward()  # expect: ddp-forward-bypassed
            optimizer.step()
        print(loss.item())
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
