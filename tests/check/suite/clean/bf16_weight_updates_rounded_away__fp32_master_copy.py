import torch
from torch import nn

torch.manual_seed(6)
x = torch.randn(256, 8)
y = (x[:, 0] + x[:, 1] > 0).long()

master = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 2))
worker = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 2)).bfloat16()
opt = torch.optim.Adam(master.parameters(), lr=5e-3)


def pull():
    with torch.no_grad():
        for w, m in zip(worker.parameters(), master.parameters()):
            w.copy_(m)


for epoch in range(3):
    for b in torch.randperm(256).split(32):
        pull()
        worker.zero_grad()
        loss = nn.functional.cross_entropy(worker(x[b].bfloat16()).float(), y[b])
        loss.backward()
        for w, m in zip(worker.parameters(), master.parameters()):
            m.grad = w.grad.float()
        opt.step()
    print(epoch, round(loss.item(), 3))
