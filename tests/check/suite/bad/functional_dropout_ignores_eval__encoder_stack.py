from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F


class Layer(nn.Module):
    def __init__(self, dim, p):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.lin = nn.Linear(dim, dim)
        self.drop = partial(F.dropout, p=p)

    def forward(self, x):
        return x + self.drop(F.gelu(self.lin(self.norm(x))))  # expect: functional-dropout-ignores-eval


class Encoder(nn.Module):
    def __init__(self, dim=16, depth=2, p=0.2):
        super().__init__()
        self.layers = nn.ModuleList(Layer(dim, p) for _ in range(depth))
        self.out = nn.Linear(dim, 1)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.out(x).squeeze(-1)


def train(model, opt, x, y):
    model.train()
    for rows in torch.randperm(len(x)).split(32):
        opt.zero_grad()
        F.mse_loss(model(x[rows]), y[rows]).backward()
        opt.step()


def test(model, x, y):
    model.eval()
    with torch.no_grad():
        return F.mse_loss(model(x), y).item()


torch.manual_seed(13)
x = torch.randn(384, 16)
y = x[:, 0] * x[:, 1] + x[:, 2]
model = Encoder()
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(4):
    train(model, opt, x[:320], y[:320])
    print(epoch, test(model, x[320:], y[320:]))
