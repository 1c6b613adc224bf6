# after weight averaging the statistics are computed afresh on the training data
import copy
import torch
import torch.nn as nn

torch.manual_seed(30)
x = torch.randn(320, 8)
y = (x[:, :4].sum(1) > 0).long()
net = nn.Sequential(nn.Linear(8, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Linear(24, 2))
avg, n_avg = copy.deepcopy(net), 0
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(4):
    net.train()
    for b in torch.randperm(256).split(32):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        for p, q in zip(avg.parameters(), net.parameters()):
            p.copy_((p * n_avg + q) / (n_avg + 1))
    n_avg += 1

avg[1].reset_running_stats()
avg[1].momentum = None
avg.train()
with torch.no_grad():
    for b in torch.arange(256).split(64):
        avg(x[b])
avg.eval()
with torch.no_grad():
    print('held-out accuracy', (avg(x[256:]).argmax(1) == y[256:]).float().mean().item())
