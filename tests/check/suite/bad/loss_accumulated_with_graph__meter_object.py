"""Running averages by a meter, as in the ImageNet example."""
import torch
from torch import nn

torch.manual_seed(55)


class AverageMeter:
    def __init__(self, name):
        self.name = name
        self.reset()

    def reset(self):
        self.sum, self.count = 0.0, 0

    def update(self, value, n=1):
        self.sum = self.sum + value * n  # expect: loss-accumulated-with-graph
        self.count += n

    @property
    def avg(self):
        return self.sum / self.count

    def __format__(self, spec):
        return f"{self.name} {float(self.avg):{spec}}"


model = nn.Sequential(nn.Linear(5, 20), nn.Sigmoid(), nn.Linear(20, 1))
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
meter = AverageMeter("mse")
for it in range(40):
    x = torch.randn(25, 5)
    loss = nn.functional.mse_loss(model(x), x.prod(1, keepdim=True))
    opt.zero_grad()
    loss.backward()
    opt.step()
    meter.update(loss, len(x))  # expect: loss-accumulated-with-graph
print(f"{meter:.4f}")
