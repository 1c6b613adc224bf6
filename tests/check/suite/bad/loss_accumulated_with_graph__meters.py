"""AverageMeter, but the meter keeps what it is given."""
import torch
from torch import nn


class AverageMeter:
    def __init__(self):
        self.sum, self.count = 0, 0

    def update(self, value, n):
        self.sum = self.sum + value * n  # expect: loss-accumulated-with-graph
        self.count += n

    @property
    def avg(self):
        return self.sum / self.count


def main():
    torch.manual_seed(6)
    x = torch.randn(600, 9)
    y = x[:, :1] * 2 - x[:, 1:2]
    net = nn.Sequential(nn.Linear(9, 20), nn.ReLU(), nn.Linear(20, 1))
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(3):
        meter = AverageMeter()
        for ix in torch.randperm(600).split(32):
            opt.zero_grad()
            loss = nn.functional.mse_loss(net(x[ix]), y[ix])
            loss.backward()
            opt.step()
            meter.update(loss, len(ix))  # expect: loss-accumulated-with-graph
        print(f"epoch {epoch}: {float(meter.avg):.4f}")


main()
