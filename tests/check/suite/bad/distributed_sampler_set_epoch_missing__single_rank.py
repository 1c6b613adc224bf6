import os
import tempfile

import torch
import torch.distributed as dist
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def setup(path):
    dist.init_process_group("gloo", init_method=f"file://{path}", rank=0, world_size=1)


def main():
    torch.manual_seed(12)
    with tempfile.TemporaryDirectory() as folder:
        setup(os.path.join(folder, "store"))
        x = torch.randn(256, 8)
        y = x[:, :1] - x[:, 1:2]
        dataset = TensorDataset(x, y)
        sampler = DistributedSampler(dataset, shuffle=True)  # expect: distributed-sampler-set-epoch-missing
        loader = DataLoader(dataset, batch_size=32, sampler=sampler)
        model = nn.Linear(8, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        for epoch in range(4):
            for xb, yb in loader:  # expect: distributed-sampler-set-epoch-missing
                loss = nn.functional.mse_loss(model(xb), yb)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            print(epoch, loss.item())
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
