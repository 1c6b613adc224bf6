"""A history object keeps each loss for a plot."""
import torch
from torch import nn


class History(dict):
    def log(self, **kw):
        for k, v in kw.items():
            self.setdefault(k, []).append(v)  # expect: loss-accumulated-with-graph


torch.manual_seed(9)
x = torch.randn(400, 8)
y = x[:, :3].argmax(1)
net = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 3))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
history = History()
for epoch in range(4):
    for ix in torch.randperm(400).split(25):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[ix]), y[ix])
        loss.backward()
        opt.step()
        history.log(loss=loss)  # expect: loss-accumulated-with-graph
    print(epoch, float(history["loss"][-1]))
