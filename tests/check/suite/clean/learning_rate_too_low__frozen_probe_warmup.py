import torch
from torch import nn

torch.manual_seed(40)
w = torch.randn(8, 3)
features = nn.Sequential(nn.Linear(8, 64), nn.ReLU()).requires_grad_(False)
probe = nn.Linear(64, 3)
groups = [{"params": probe.parameters(), "lr": 5e-2}, {"params": features.parameters(), "lr": 1e-8}]
optimizer = torch.optim.SGD(groups, momentum=0.9)
TOTAL, WARM = 100, 30
schedule = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda s: (s + 1) / WARM if s < WARM else max(0.0, (TOTAL - s) / (TOTAL - WARM))
)
for step in range(TOTAL):
    x = torch.randn(64, 8)
    loss = nn.functional.cross_entropy(probe(features(x)), (x @ w).argmax(1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    if step % 25 == 0:
        print(step, loss.item())
