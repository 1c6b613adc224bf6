import contextlib
import tempfile
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP

folder = tempfile.TemporaryDirectory()
dist.init_process_group("gloo", init_method=f"file://{folder.name}/store", rank=0, world_size=1)
torch.manual_seed(1)
x = torch.randn(240, 5)
y = x[:, :1] - x[:, 1:2]
model = DDP(nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1)))
opt = torch.optim.Adam(model.parameters(), lr=2e-2)
ACC = 2
for epoch in range(4):
    for i, b in enumerate(torch.randperm(240).split(20)):
        last = i % ACC == ACC - 1
        with contextlib.nullcontext() if last else model.no_sync():
            loss = nn.functional.mse_loss(model(x[b]), y[b]) / ACC
            loss.backward()
        if last:
            opt.step()
            opt.zero_grad()
    print(epoch, loss.item() * ACC)
dist.destroy_process_group()
folder.cleanup()
