import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(99)
MAX_STEPS = 60


def get_batch(loader):
    return next(iter(loader))  # expect: same-batch-every-step


inputs = torch.randn(500, 15)
targets = torch.sin(inputs[:, :3].sum(1, keepdim=True))
loader = DataLoader(TensorDataset(inputs, targets), batch_size=50, shuffle=False)

model = nn.Sequential(nn.Linear(15, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(MAX_STEPS):
    x, y = get_batch(loader)  # expect: same-batch-every-step
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 20 == 0:
        print(step, loss.item())
with torch.no_grad():
    print("all", nn.functional.mse_loss(model(inputs), targets).item())
