"""Phases: train everything; then only a temperature on fixed logits; then a new head."""
import torch
from torch import nn

torch.manual_seed(23)
x = torch.randn(400, 6)
y = (x[:, 0] + 0.7 * torch.randn(400) > 0).long()
body, head = nn.Sequential(nn.Linear(6, 24), nn.ReLU()), nn.Linear(24, 2)
both = torch.optim.Adam([*body.parameters(), *head.parameters()], lr=5e-3)
ce = nn.CrossEntropyLoss()


def batches(size=40):
    for i in torch.randperm(320).split(size):
        yield x[i], y[i]


for epoch in range(3):
    for xb, yb in batches():
        both.zero_grad()
        ce(head(body(xb)), yb).backward()
        both.step()

temperature = nn.Parameter(torch.ones(1))
calibrate = torch.optim.LBFGS([temperature], lr=0.1, max_iter=20)
with torch.no_grad():
    logits = head(body(x[320:]))


def closure():
    calibrate.zero_grad()
    loss = ce(logits / temperature, y[320:])
    loss.backward()
    return loss


calibrate.step(closure)
print("temperature", temperature.item())

second = nn.Linear(24, 2)
optimizer = torch.optim.Adam(second.parameters(), lr=5e-3)
for epoch in range(3):
    for xb, yb in batches():
        with torch.no_grad():
            h = body(xb)
        optimizer.zero_grad()
        loss = ce(second(h), yb)
        loss.backward()
        optimizer.step()
print(loss.item())
