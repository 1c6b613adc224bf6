# the generator is wrapped, the small critic of the other side is local to the rank and not wrapped
import tempfile
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP


def train(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    torch.manual_seed(rank)
    x = torch.randn(160, 5)
    y = x[:, :1].tanh()
    shared, local = DDP(nn.Linear(5, 1)), nn.Linear(5, 1)
    opt_shared = torch.optim.SGD(shared.parameters(), lr=0.1)
    opt_local = torch.optim.SGD(local.parameters(), lr=0.1)
    for epoch in range(3):
        for b in torch.randperm(160).split(16):
            loss = nn.functional.mse_loss(shared(x[b]), y[b])
            opt_shared.zero_grad()
            loss.backward()
            opt_shared.step()
            own = nn.functional.mse_loss(local(x[b]), y[b])
            opt_local.zero_grad()
            own.backward()
            opt_local.step()
        if rank == 0:
            print(epoch, round(loss.item(), 4), round(own.item(), 4), flush=True)
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        mp.start_processes(train, args=(folder,), nprocs=2, start_method="fork")
