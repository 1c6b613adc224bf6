"""Warm start from a checkpoint that a wrapper saved: every key has a prefix."""
import io

import torch
from torch import nn


class Wrapper(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)


def make():
    return nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 3))


def train(net, x, y, epochs, lr):
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    for _ in range(epochs):
        for ix in torch.randperm(len(x)).split(40):
            opt.zero_grad()
            loss = nn.functional.cross_entropy(net(x[ix]), y[ix])
            loss.backward()
            opt.step()
    return loss.item()


torch.manual_seed(7)
x = torch.randn(400, 8)
y = x[:, :3].argmax(1)
big = Wrapper(make())
print("pretrain", train(big, x, y, 5, 3e-3))
file = io.BytesIO()
torch.save(big.state_dict(), file)
file.seek(0)
net = make()
net.load_state_dict(torch.load(file), strict=False)  # expect: *
print("finetune", train(net, x[:200], y[:200], 2, 1e-3))
