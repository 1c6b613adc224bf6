# a copy of the network adapts its batch-norm gains to the unlabelled test batch by entropy
import copy
import torch
from torch import nn

torch.manual_seed(35)


def draw(n, shift):
    y = torch.randint(0, 2, (n,))
    x = torch.randn(n, 6)
    x[:, 0] += 3.0 * y - 1.5
    return x + shift, y


x, y = draw(320, 0.0)
net = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    net.train()
    for b in torch.randperm(320).split(32):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()

xt, yt = draw(96, 0.8)
net.eval()
with torch.no_grad():
    before = (net(xt).argmax(1) == yt).float().mean().item()
tent = copy.deepcopy(net).train().requires_grad_(False)
tent[1].requires_grad_(True)
tent_opt = torch.optim.SGD(tent[1].parameters(), lr=0.01)
for _ in range(5):
    p = tent(xt).softmax(1)
    entropy = -(p * torch.log(p + 1e-9)).sum(1).mean()
    tent_opt.zero_grad()
    entropy.backward()
    tent_opt.step()
tent.eval()
with torch.no_grad():
    after = (tent(xt).argmax(1) == yt).float().mean().item()
print("before", before, "after", after)
