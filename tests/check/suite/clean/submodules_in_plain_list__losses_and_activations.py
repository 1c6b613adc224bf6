# a plain list of modules without parameters, and an ensemble kept in a list with its own optimizers
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.acts = [nn.ReLU(), nn.Tanh()]
        self.fcs = nn.ModuleList([nn.Linear(5, 16), nn.Linear(16, 16)])
        self.out = nn.Linear(16, 2)

    def forward(self, x):
        for fc, act in zip(self.fcs, self.acts):
            x = act(fc(x))
        return self.out(x)


torch.manual_seed(20)
x = torch.randn(240, 5)
y = (x[:, 0] > x[:, 1]).long()
ensemble = [Net() for _ in range(3)]
optims = [torch.optim.Adam(n.parameters(), lr=5e-3) for n in ensemble]
for epoch in range(3):
    for b in torch.randperm(240).split(30):
        for n, o in zip(ensemble, optims):
            loss = nn.functional.cross_entropy(n(x[b]), y[b])
            o.zero_grad()
            loss.backward()
            o.step()
    print(epoch, loss.item())
