"""OneCycle per step, then a StepLR that counts iterations (step_size is in steps)."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 5


def train(model, loader, optimizer, scheduler):
    for epoch in range(EPOCHS):
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            scheduler.step()
        print(epoch, loss.item(), scheduler.get_last_lr()[0])


torch.manual_seed(101)
x = torch.randn(256, 7)
y = (x[:, 0] - x[:, 1] > 0).long()
loader = DataLoader(TensorDataset(x, y), 32, shuffle=True)
for kind in ("one cycle", "step"):
    model = nn.Sequential(nn.Linear(7, 24), nn.ReLU(), nn.Linear(24, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    if kind == "one cycle":
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.3, total_steps=EPOCHS * len(loader))
    else:
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2 * len(loader), gamma=0.5)
    train(model, loader, optimizer, scheduler)
