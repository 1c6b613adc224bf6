import torch
from torch import nn

torch.manual_seed(27)


def init_weights(module):
    if isinstance(module, nn.Linear):
        nn.init.constant_(module.weight, 0.05)  # expect: constant-weight-initialisation
        nn.init.zeros_(module.bias)


class Regressor(nn.Module):
    def __init__(self, n_in=8, hidden=32):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(n_in, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        self.apply(init_weights)  # expect: constant-weight-initialisation

    def forward(self, x):
        return self.net(x)


def fit(model, x, y, steps=100):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for step in range(steps):
        pick = torch.randint(0, len(x), (64,))
        loss = nn.functional.mse_loss(model(x[pick]), y[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


x = torch.randn(600, 8)
y = (x[:, :1] * x[:, 1:2] + x[:, 2:3]).tanh()
model = Regressor()
curve = list(fit(model, x, y))
print("start", curve[0], "end", curve[-1])
