import math

import torch
from torch import nn

torch.manual_seed(18)


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 2))
        for m in self.net:
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, std=0.1)
                nn.init.zeros_(m.bias)

    def forward(self, t, y):
        return self.net(y**3)


def integrate(field, y, times):
    path = [y]
    for a, b in zip(times[:-1], times[1:]):
        h = b - a
        k = field(a, y)
        y = y + h * field(a + h / 2, y + h / 2 * k)
        path.append(y)
    return torch.stack(path)


times = torch.linspace(0, 2, 21)
matrix = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
with torch.no_grad():
    truth = integrate(lambda t, y: (y**3) @ matrix, torch.tensor([[2.0, 0.0]]), torch.linspace(0, 6, 121))[:, 0]
field = Field()
opt = torch.optim.RMSprop(field.parameters(), lr=1e-3)
for it in range(30):
    start = torch.randint(0, 100, (16,))
    y0 = truth[start]
    target = torch.stack([truth[start + i] for i in range(11)])
    loss = (integrate(field, y0, torch.linspace(0, 0.5, 11)) - target).abs().mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 10 == 0:
        with torch.no_grad():
            whole = (integrate(field, truth[:1], torch.linspace(0, 6, 121))[:, 0] - truth).abs().mean()
        print(it, loss.item(), whole.item(), math.pi)
