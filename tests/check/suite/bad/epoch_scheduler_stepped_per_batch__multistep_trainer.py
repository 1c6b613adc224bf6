"""MultiStepLR, milestones in epochs as in the paper."""
import torch
from torch import nn
from torch.optim.lr_scheduler import MultiStepLR


class Trainer:
    def __init__(self, net):
        self.net = net
        self.opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
        self.sched = MultiStepLR(self.opt, milestones=[2, 4, 5], gamma=0.1)

    def step(self, x, y):
        self.opt.zero_grad()
        loss = nn.functional.cross_entropy(self.net(x), y)
        loss.backward()
        self.opt.step()
        self.sched.step()  # expect: epoch-scheduler-stepped-per-batch
        return loss.item()


def main(epochs=6):
    torch.manual_seed(15)
    x = torch.randn(400, 10)
    y = (x @ torch.randn(10, 4)).argmax(1)
    t = Trainer(nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4)))
    for epoch in range(epochs):
        losses = [t.step(x[ix], y[ix]) for ix in torch.randperm(400).split(40)]
        print(epoch, sum(losses) / len(losses), t.opt.param_groups[0]["lr"])


main()
