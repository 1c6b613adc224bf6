import torch
from torch import nn
import torch.nn.functional as F

# a few labelled points, many unlabelled ones; confident predictions become labels
torch.manual_seed(18)


def rings(n):
    y = torch.randint(0, 2, (n,))
    a, r = 6.2832 * torch.rand(n), 0.5 + 0.9 * y + 0.1 * torch.randn(n)
    return torch.stack([r * a.cos(), r * a.sin()], 1), y


xl, yl = rings(48)
xu, _ = rings(320)
xt, yt = rings(120)
net = nn.Sequential(nn.Linear(2, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(6):
    net.train()
    used = 0
    for b in torch.randperm(320).split(40):
        net.eval()
        with torch.no_grad():
            conf, pseudo = net(xu[b]).softmax(1).max(1)
        net.train()
        sure = conf > 0.9
        k = torch.randint(0, 48, (16,))
        loss = F.cross_entropy(net(xl[k]), yl[k])
        if epoch > 0 and sure.any():
            noisy = xu[b][sure] + 0.05 * torch.randn(int(sure.sum()), 2)
            loss = loss + 0.3 * F.cross_entropy(net(noisy), pseudo[sure])
            used += int(sure.sum())
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, 'pseudo labels', used, 'test', (net(xt).argmax(1) == yt).float().mean().item())
