import torch
from torch import nn, optim

torch.manual_seed(58)


def f1(pred, y):
    tp = ((pred == 1) & (y == 1)).sum().item()
    fp = ((pred == 1) & (y == 0)).sum().item()
    fn = ((pred == 0) & (y == 1)).sum().item()
    return 2 * tp / max(2 * tp + fp + fn, 1)


def sample(n):
    x = torch.randn(n, 10)
    y = ((x[:, 0] + x[:, 1] * x[:, 2]) > 0.5).long()
    return x, y


x, y = sample(600)
xv, yv = sample(300)
model = nn.Sequential(nn.Linear(10, 48), nn.ReLU(), nn.Linear(48, 2))
optimizer = optim.Adam(model.parameters(), lr=2e-3)
scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.3, patience=1)  # expect: plateau-scheduler-wrong-mode
for epoch in range(16):
    model.train()
    for i in torch.randperm(600).split(60):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[i]), y[i]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        score = f1(model(xv).argmax(1), yv)
    scheduler.step(score)  # expect: plateau-scheduler-wrong-mode
    print(epoch, f"{score:.3f}", optimizer.param_groups[0]["lr"])
