import copy
import torch
import torch.nn as nn

torch.manual_seed(12)
x, = torch.randn(1, 256, 6)
y = x[:, :2].prod(1, keepdim=True)
net = nn.Sequential(nn.Linear(6, 24), nn.SiLU(), nn.Linear(24, 1))
with torch.no_grad():
    net[0].weight.copy_(torch.empty(24, 6).normal_(0, 0.5))
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
saved, best = None, float('inf')
for epoch in range(4):
    total = 0.0
    for b in torch.randperm(256).split(32):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        loss.backward()
        opt.step()
        total += loss.item() / 8
    if total < best:
        saved, best = copy.deepcopy(net.state_dict()), total
    print(epoch, total)
net.load_state_dict(saved)
