import torch
from torch import nn

torch.manual_seed(10)


def features(t, degree=5):
    return torch.stack([t**k for k in range(1, degree + 1)], dim=1)


t = torch.linspace(-2, 2, 256)
y = (torch.sin(2 * t) + 0.3 * t)[:, None]
x = features(t)

model = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)  # expect: learning-rate-too-high
losses = []
for epoch in range(6):
    for i in torch.randperm(256).split(32):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x[i]), y[i])
        loss.backward()
        optimizer.step()  # expect: learning-rate-too-high
        losses.append(loss.item())
print(losses[0], max(losses[:10]), losses[-1])
