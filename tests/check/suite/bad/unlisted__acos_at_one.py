import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(27)
x = torch.randn(200, 6)
net = nn.Linear(6, 1)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(200).split(20):
        z = F.normalize(net(x[b]), dim=1)
        t = torch.sign(x[b][:, :1])
        angle = torch.acos((z * t).sum(1))  # expect: *
        loss = angle.mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
