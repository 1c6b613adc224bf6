# prequential evaluation of a stream: each batch is judged first and learned from afterwards
import torch
from torch import nn

torch.manual_seed(46)
net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
w = torch.randn(5)
hits = []
for t in range(48):
    w = w + 0.02 * torch.randn(5)
    x = torch.randn(24, 5)
    y = (x @ w > 0).long()
    net.eval()
    with torch.no_grad():
        hits.append((net(x).argmax(1) == y).float().mean().item())
    net.train()
    loss = nn.functional.cross_entropy(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if t % 12 == 11:
        print(t + 1, sum(hits[-12:]) / 12)
