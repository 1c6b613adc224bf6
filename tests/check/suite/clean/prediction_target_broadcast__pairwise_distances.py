# stochastic neighbour style: match pairwise distances in a batch
import torch
from torch import nn

torch.manual_seed(4)
x = torch.randn(240, 3) @ torch.randn(3, 12)
x = x / x.std()
net = nn.Sequential(nn.Linear(12, 24), nn.Tanh(), nn.Linear(24, 2))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    for b in torch.randperm(240).split(40):
        z = net(x[b])
        dz = (z.unsqueeze(1) - z.unsqueeze(0)).pow(2).sum(-1)
        dx = (x[b].unsqueeze(1) - x[b].unsqueeze(0)).pow(2).sum(-1)
        score = z[:, :1] - z[:, :1].t()
        loss = (dz - dx / 6).abs().mean() + 1e-3 * score.pow(2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
