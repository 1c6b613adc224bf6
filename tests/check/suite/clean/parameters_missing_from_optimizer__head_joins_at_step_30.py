import copy

import torch
from torch import nn

torch.manual_seed(26)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(10, 24), nn.ReLU())
        self.decoder = nn.Linear(24, 10)
        self.classify = nn.Linear(24, 2)

    def forward(self, x):
        h = self.encoder(x)
        return self.decoder(h), self.classify(h)


def data(n):
    x = torch.randn(n, 10)
    return x, (x[:, 0] * x[:, 1] > 0).long()


net = Net()
average = copy.deepcopy(net).requires_grad_(False)
opt_head = None
opt = torch.optim.Adam([*net.encoder.parameters(), *net.decoder.parameters()], lr=3e-3)
for step in range(90):
    x, y = data(48)
    rebuilt, logits = net(x)
    loss = nn.functional.mse_loss(rebuilt, x)
    if step >= 30:
        if opt_head is None:
            opt_head = torch.optim.SGD(net.classify.parameters(), lr=0.1)
        loss = loss + nn.functional.cross_entropy(logits, y)
        opt_head.zero_grad()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if opt_head is not None:
        opt_head.step()
    with torch.no_grad():
        for a, b in zip(average.parameters(), net.parameters()):
            a.lerp_(b, 0.05)
print(loss.item())
