"""Data-parallel training; here a group of one process."""

import tempfile

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def main():
    torch.manual_seed(51)
    with tempfile.NamedTemporaryFile() as store:
        dist.init_process_group("gloo", init_method=f"file://{store.name}", rank=0, world_size=1)
        x = torch.randn(256, 6)
        y = (x[:, 0] - x[:, 1]).unsqueeze(1)
        data = TensorDataset(x, y)
        sampler = DistributedSampler(data, shuffle=True, seed=3)  # expect: distributed-sampler-set-epoch-missing
        loader = DataLoader(data, batch_size=32, sampler=sampler)
        model = DistributedDataParallel(nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1)))
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for epoch in range(4):
            total = 0.0
            for a, b in loader:  # expect: distributed-sampler-set-epoch-missing
                optimizer.zero_grad()
                loss = nn.functional.mse_loss(model(a), b)
                loss.backward()
                optimizer.step()
                total += loss.item()
            print(epoch, total / len(loader))
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
