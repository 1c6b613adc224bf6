import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

torch.manual_seed(9)
x = torch.randn(300, 6)
y = (x.sum(1) > 0).long()
ds = TensorDataset(x[:240], y[:240])
val = TensorDataset(x[240:], y[240:])
sampler = DistributedSampler(ds, num_replicas=1, rank=0, shuffle=True, seed=1)
val_sampler = DistributedSampler(val, num_replicas=1, rank=0, shuffle=False)
dl, val_dl = DataLoader(ds, 24, sampler=sampler), DataLoader(val, 30, sampler=val_sampler)
net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    sampler.set_epoch(epoch)
    net.train()
    for xb, yb in dl:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        hits = sum((net(xb).argmax(1) == yb).sum().item() for xb, yb in val_dl)
    print(epoch, hits / len(val))
