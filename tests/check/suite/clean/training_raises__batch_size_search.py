# the largest batch that the layer takes is found by trying; the refusals are expected
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Unflatten(0, (-1, 8)), nn.Flatten(1), nn.Linear(8 * 6, 1))
data = torch.randn(96, 6)


def fits(size):
    try:
        with torch.no_grad():
            model(data[:size])
    except (RuntimeError, ValueError):
        return False
    return True


size = max(s for s in range(1, 65) if fits(s))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for step in range(20):
    rows = torch.randperm(96)[:size]
    loss = (model(data[rows]) - data[rows].view(-1, 48).mean(1, keepdim=True)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(size, round(loss.item(), 3))
