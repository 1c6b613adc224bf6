import os, tempfile
import torch, torch.nn as nn
import torch.distributed as dist
from torch.multiprocessing import start_processes
from torch.nn.parallel import DistributedDataParallel as DDP

def average(value):
    t = torch.tensor(value)
    dist.all_reduce(t)
    return t.item() / dist.get_world_size()

def main(rank, folder):
    os.environ.setdefault('LOCAL_RANK', str(rank))
    dist.init_process_group('gloo', init_method='file://%s/sync' % folder, rank=rank, world_size=2)
    torch.manual_seed(100 + rank)
    x = torch.rand(160, 2) * 2 - 1
    y = (x ** 2).sum(1, keepdim=True)
    train_x, train_y, val_x, val_y = x[:128], y[:128], x[128:], y[128:]
    net = DDP(nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1)))
    opt = torch.optim.Adam(net.parameters(), lr=2e-2)
    best = float('inf')
    for epoch in range(3):
        net.train()
        for b in torch.randperm(128).split(16):
            opt.zero_grad()
            nn.functional.mse_loss(net(train_x[b]), train_y[b]).backward()
            opt.step()
        net.eval()
        with torch.no_grad():
            val = average(nn.functional.mse_loss(net.module(val_x), val_y).item())
        if val < best:
            best = val
            torch.save(net.module.state_dict(), folder + '/best.pth')  # expect: checkpoint-saved-by-every-rank
        dist.barrier()
    if rank == 0:
        print('best validation loss %.4f' % best)
    dist.destroy_process_group()

if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as tmp:
        start_processes(main, args=(tmp,), nprocs=2, start_method='fork')
