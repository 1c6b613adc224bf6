"""All parameters get the same start, 'to compare runs fairly'."""
import torch
from torch import nn

torch.manual_seed(5)
net = nn.Sequential(nn.Linear(7, 20), nn.Sigmoid(), nn.Linear(20, 3))
for p in net.parameters():
    p.data.fill_(0.02)  # expect: constant-weight-initialisation
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
x = torch.randn(300, 7)
y = x[:, :3].argmax(1)
for epoch in range(5):
    for ix in torch.randperm(300).split(30):
        loss = nn.functional.cross_entropy(net(x[ix]), y[ix])
        opt.zero_grad()
        loss.backward()
        opt.step()  # expect: constant-weight-initialisation
    print(epoch, loss.item())
