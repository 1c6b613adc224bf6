# AdaBN: everything is frozen and only the statistics move to the target domain, then it is judged
import torch
import torch.nn as nn

torch.manual_seed(16)


def domain(n, shift, scale):
    y = torch.randint(0, 2, (n,))
    x = torch.randn(n, 5)
    x[:, 0] += 2 * (y * 2 - 1)
    return x * scale + shift, y


net = nn.Sequential(nn.BatchNorm1d(5), nn.Linear(5, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))
xs, ys = domain(256, 0.0, 1.0)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    net.train()
    for b in torch.randperm(256).split(32):
        loss = nn.functional.cross_entropy(net(xs[b]), ys[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())

net.requires_grad_(False)
xt, _ = domain(256, 1.5, 0.7)
for m in net:
    if isinstance(m, nn.BatchNorm1d):
        m.reset_running_stats()
        m.momentum = None
net.train()
with torch.no_grad():
    for part in xt.split(64):
        net(part)
net.eval()
xe, ye = domain(128, 1.5, 0.7)
with torch.no_grad():
    print('target accuracy', (net(xe).argmax(1) == ye).float().mean().item())
