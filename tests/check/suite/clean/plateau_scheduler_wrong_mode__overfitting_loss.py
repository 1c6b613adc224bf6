"""The validation loss really gets worse, and the rate is cut for it."""

import torch
from torch import nn

torch.manual_seed(102)
x = torch.randn(140, 20)
y = (x[:, 0] + 1.5 * torch.randn(140) > 0).float()
model = nn.Sequential(nn.Linear(20, 96), nn.ReLU(), nn.Linear(96, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-2)
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", factor=0.5, patience=1)
criterion = nn.BCEWithLogitsLoss()
for epoch in range(14):
    model.train()
    for rows in torch.randperm(60).split(20):
        optimizer.zero_grad()
        criterion(model(x[rows]).squeeze(1), y[rows]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        value = criterion(model(x[60:]).squeeze(1), y[60:])
    scheduler.step(value)
    print(epoch, value.item(), optimizer.param_groups[0]["lr"])
