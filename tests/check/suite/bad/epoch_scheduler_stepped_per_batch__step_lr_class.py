import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR


class Learner:
    """StepLR: divide the rate by ten every five epochs"""

    def __init__(self, net, lr=0.05):
        self.net = net
        self.opt = torch.optim.Adam(net.parameters(), lr=lr)  # also: learning-rate-too-low
        self.sched = StepLR(self.opt, step_size=5, gamma=0.1)

    def one_batch(self, x, y):
        self.opt.zero_grad()
        loss = nn.functional.mse_loss(self.net(x), y)
        loss.backward()
        self.opt.step()
        self.sched.step()  # expect: epoch-scheduler-stepped-per-batch
        return loss.item()

    def fit(self, x, y, epochs):
        for e in range(epochs):
            out = [self.one_batch(x[b], y[b]) for b in torch.randperm(len(x)).split(25)]
            print("epoch", e, "loss", sum(out) / len(out), "lr", self.opt.param_groups[0]["lr"])


torch.manual_seed(14)
x = torch.rand(400, 2) * 2 - 1
y = (3 * x[:, :1]).sin() + x[:, 1:] ** 2
Learner(nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))).fit(x, y, 4)
