import itertools

import torch
from torch import nn

torch.manual_seed(51)


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.bn, self.b = nn.Linear(6, 32), nn.BatchNorm1d(32), nn.Linear(32, 1)

    def forward(self, x):
        return self.b(torch.relu(self.bn(self.a(x)))).squeeze(-1)


def stream():
    w = torch.randn(6)
    while True:
        x = torch.randn(32, 6)
        yield x, (x @ w).sin()


@torch.no_grad()
def evaluate(model, batches):
    model.eval()  # expect: train-mode-not-restored
    return sum(nn.functional.mse_loss(model(x), y).item() for x, y in batches) / len(batches)


data = stream()
held = list(itertools.islice(data, 4))
model = Regressor()
model.train()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
for step, (x, y) in zip(itertools.count(1), data):
    loss = nn.functional.mse_loss(model(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()  # expect: train-mode-not-restored
    if step % 10 == 0:
        print(step, evaluate(model, held))  # expect: train-mode-not-restored
    if step == 40:
        break
