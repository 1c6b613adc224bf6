import os
import tempfile
from contextlib import nullcontext

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset


def main():
    torch.manual_seed(48)
    with tempfile.TemporaryDirectory() as folder:
        dist.init_process_group("gloo", init_method=f"file://{folder}/rendezvous", rank=0, world_size=1)
        data = TensorDataset(torch.randn(256, 6), torch.randn(256, 1))
        sampler = DistributedSampler(data)
        loader = DataLoader(data, batch_size=16, sampler=sampler)
        model = DDP(nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 1)))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        accumulate = 4
        for epoch in range(3):
            sampler.set_epoch(epoch)
            optimizer.zero_grad()
            for i, (x, y) in enumerate(loader, 1):
                last = i % accumulate == 0
                with nullcontext() if last else model.no_sync():
                    loss = nn.functional.mse_loss(model(x), y) / accumulate
                    loss.backward()
                if last:
                    optimizer.step()
                    optimizer.zero_grad()
            torch.save(model.module.state_dict(), os.path.join(folder, f"shard-{dist.get_rank()}.pt"))
            if dist.get_rank() == 0:
                torch.save({"epoch": epoch}, os.path.join(folder, "meta.pt"))
        print(loss.item())
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
