from types import SimpleNamespace

import torch
from torch import nn
from torch.optim.lr_scheduler import MultiStepLR
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(60)
cfg = SimpleNamespace(epochs=12, lr=0.2, milestones=[6, 9], gamma=0.1)


class Engine:
    def __init__(self, net):
        self.net = net
        self.opt = torch.optim.SGD(net.parameters(), lr=cfg.lr)
        self.sched = MultiStepLR(self.opt, cfg.milestones, cfg.gamma)

    def __call__(self, batch):
        x, y = batch
        loss = nn.functional.cross_entropy(self.net(x), y)
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
        self.sched.step()  # expect: epoch-scheduler-stepped-per-batch
        return loss.item()


x = torch.randn(256, 6)
y = (x[:, 0] > x[:, 1]).long()
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
engine = Engine(nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2)))
for epoch in range(cfg.epochs):
    losses = list(map(engine, loader))
    print(epoch, sum(losses) / len(losses))
