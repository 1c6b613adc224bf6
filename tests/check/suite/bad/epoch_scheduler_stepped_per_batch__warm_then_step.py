import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(50)


def build_scheduler(optimizer, warm_epochs=2):
    warm = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=warm_epochs)
    decay = lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    return lr_scheduler.SequentialLR(optimizer, [warm, decay], milestones=[warm_epochs])


x = torch.randn(360, 9)
y = (x[:, 0] > x[:, 1]).float()
model = nn.Sequential(nn.Linear(9, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True)
scheduler = build_scheduler(optimizer)
criterion = nn.BCEWithLogitsLoss()
n_epochs = 6
for epoch in range(n_epochs):
    for xb, yb in DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True):
        optimizer.zero_grad()
        loss = criterion(model(xb).squeeze(1), yb)
        loss.backward()
        optimizer.step()
        scheduler.step()  # expect: epoch-scheduler-stepped-per-batch
    print(f"{epoch + 1}/{n_epochs} loss {loss.item():.4f} lr {scheduler.get_last_lr()[0]:.2e}")
