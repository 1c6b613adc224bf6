import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR, StepLR
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(41)
x = torch.randn(320, 6)
y = torch.sin(x[:, :1] + x[:, 1:2])
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
EPOCHS = 6


def make():
    return nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))


def train(model, optimizer, scheduler):
    for epoch in range(EPOCHS):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(xb), yb)
            loss.backward()
            optimizer.step()
            scheduler.step()
    print(type(scheduler).__name__, loss.item(), optimizer.param_groups[0]["lr"])


steps = EPOCHS * len(loader)
model = make()
opt = torch.optim.AdamW(model.parameters(), lr=1e-2)
train(model, opt, SequentialLR(opt, [LinearLR(opt, 0.1, total_iters=5), CosineAnnealingLR(opt, T_max=steps - 5)], milestones=[5]))
model = make()
opt = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
train(model, opt, StepLR(opt, step_size=2 * len(loader), gamma=0.3))
