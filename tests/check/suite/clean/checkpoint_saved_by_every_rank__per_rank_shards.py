import os
import tempfile
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn


def worker(rank, world, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=world)
    torch.manual_seed(rank)
    # every rank owns an embedding shard of its own
    shard = nn.Embedding(50, 4)
    head = nn.Linear(4, 1)
    opt = torch.optim.Adam([*shard.parameters(), *head.parameters()], lr=2e-2)
    ids = torch.randint(0, 50, (200,))
    y = (ids % 7).float().unsqueeze(1) / 7
    for epoch in range(2):
        for b in torch.randperm(200).split(20):
            loss = nn.functional.mse_loss(head(shard(ids[b])), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
        torch.save(shard.state_dict(), os.path.join(folder, f"shard-{rank}-of-{world}.pt"))
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        mp.start_processes(worker, args=(2, folder), nprocs=2, start_method="fork")
        print(sorted(f for f in os.listdir(folder) if f.endswith(".pt")))
