import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 5
torch.manual_seed(22)
x = torch.rand(320, 3)
y = (5 * x[:, :1]).sin() + x[:, 1:2]
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
model = nn.Sequential(nn.Linear(3, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=EPOCHS)
for epoch in range(EPOCHS):
    total = 0.0
    for xb, yb in loader:
        loss = nn.functional.mse_loss(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()  # expect: epoch-scheduler-stepped-per-batch
        total += loss.item()
    print(f"epoch {epoch + 1}/{EPOCHS} loss {total / len(loader):.4f} lr {scheduler.get_last_lr()[0]:.2e}")
