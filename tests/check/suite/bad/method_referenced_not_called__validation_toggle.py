"""Training with a scheduler from a lambda; modes are toggled around validation."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(33)
x = torch.randn(320, 6)
y = (x.pow(2).sum(1) > 5.3).float()
train_set, valid_set = random_split(TensorDataset(x, y), [256, 64])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
valid_loader = DataLoader(valid_set, batch_size=64)

model = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.9**epoch)
criterion = nn.BCEWithLogitsLoss()


def validate(net):
    net.eval  # expect: method-referenced-not-called
    losses = []
    with torch.no_grad():
        for a, b in valid_loader:
            losses.append(criterion(net(a).squeeze(1), b).item())  # also: validation-in-train-mode
    net.train()
    return sum(losses) / len(losses)


for epoch in range(5):
    for a, b in train_loader:
        optimizer.zero_grad()
        criterion(model(a).squeeze(1), b).backward()
        optimizer.step()
    scheduler.step()
    print(epoch, validate(model))
