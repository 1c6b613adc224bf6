"""Own encoder that stacks a layer 'depth' times."""
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, layer, depth):
        super().__init__()
        self.layers = nn.ModuleList(layer for _ in range(depth))  # expect: layers-share-weights-by-accident

    def forward(self, x):
        for l in self.layers:
            x = l(x)
        return x


class Feed(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.norm, self.a, self.b = nn.LayerNorm(d), nn.Linear(d, 2 * d), nn.Linear(2 * d, d)

    def forward(self, x):
        return x + self.b(torch.relu(self.a(self.norm(x))))


class Model(nn.Module):
    def __init__(self, d=20, depth=4):
        super().__init__()
        self.inp = nn.Linear(9, d)
        self.enc = Encoder(Feed(d), depth)  # expect: layers-share-weights-by-accident
        self.out = nn.Linear(d, 1)

    def forward(self, x):
        return self.out(self.enc(self.inp(x)))


def loop(model, opt, data, steps):
    for s in range(steps):
        ix = torch.randint(0, len(data[0]), (40,))
        loss = nn.functional.l1_loss(model(data[0][ix]), data[1][ix])
        opt.zero_grad()
        loss.backward()
        opt.step()
        yield s, loss.item()


torch.manual_seed(77)
x = torch.randn(500, 9)
model = Model()
for s, l in loop(model, torch.optim.Adam(model.parameters(), 1e-3), (x, x[:, :1].sin() + x[:, 1:2]), 50):
    if s % 10 == 0:
        print(s, l)
