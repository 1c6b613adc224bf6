import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(44)


def snapshot(model):
    return {name: p.data for name, p in model.named_parameters()}  # expect: best-state-not-copied


x = torch.randn(260, 8)
y = x[:, :1] - 0.5 * x[:, 1:2] + 0.3 * torch.randn(260, 1)
loader = DataLoader(TensorDataset(x[:200], y[:200]), batch_size=20, shuffle=True)
model = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1))
opt = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
best_loss, best = float("inf"), None
for epoch in range(6):
    for xb, yb in loader:
        opt.zero_grad()
        nn.functional.mse_loss(model(xb), yb).backward()
        opt.step()
    with torch.no_grad():
        val = nn.functional.mse_loss(model(x[200:]), y[200:]).item()
    print(epoch, val)
    if val < best_loss:
        best_loss, best = val, snapshot(model)  # expect: best-state-not-copied
model.load_state_dict(best, strict=False)  # expect: best-state-not-copied
