"""One head a task, made by dict.fromkeys."""
import torch
from torch import nn


class Heads(nn.Module):
    def __init__(self, names, d):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(8, d), nn.ReLU())
        self.heads = nn.ModuleDict(dict.fromkeys(names, nn.Linear(d, 1)))  # expect: layers-share-weights-by-accident

    def forward(self, x):
        h = self.trunk(x)
        return {k: head(h).squeeze(1) for k, head in self.heads.items()}


torch.manual_seed(2)
x = torch.randn(400, 8)
truth = {"sales": x[:, 0], "returns": -x[:, 1], "visits": x[:, 2].abs()}
net = Heads(truth, 24)  # expect: layers-share-weights-by-accident
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(4):
    for ix in torch.randperm(400).split(40):
        out = net(x[ix])
        loss = sum(nn.functional.mse_loss(out[k], truth[k][ix]) for k in truth)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
