import os
import tempfile
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP

with tempfile.TemporaryDirectory() as folder:
    dist.init_process_group("gloo", init_method=f"file://{folder}/s", rank=int(os.environ.get("RANK", 0)),
                            world_size=int(os.environ.get("WORLD_SIZE", 1)))
    torch.manual_seed(6)
    x = torch.randn(320, 7)
    y = (x[:, :3].sum(1) > 0).long()
    model = DDP(nn.Sequential(nn.Linear(7, 20), nn.ReLU(), nn.Dropout(0.1), nn.Linear(20, 2)))
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(3):
        model.train()
        for b in torch.randperm(256).split(32):
            loss = nn.functional.cross_entropy(model(x[b]), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
        plain = model.module.eval()
        with torch.no_grad():
            print(epoch, (plain(x[256:]).argmax(1) == y[256:]).float().mean().item())
    dist.destroy_process_group()
