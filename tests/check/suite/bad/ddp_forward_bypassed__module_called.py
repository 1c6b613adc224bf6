import os
import tempfile
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP

folder = tempfile.TemporaryDirectory()
rank, world = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
dist.init_process_group("gloo", init_method=f"file://{folder.name}/store", rank=rank, world_size=world)
torch.manual_seed(0)
x = torch.randn(240, 6)
y = (x[:, 0] > x[:, 1]).long()
net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
ddp_net = DDP(net)
opt = torch.optim.Adam(ddp_net.parameters(), lr=1e-2)
for epoch in range(3):
    for b in torch.randperm(240).split(24):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])  # expect: ddp-forward-bypassed
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
dist.destroy_process_group()
folder.cleanup()
