import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(4)
x = torch.randn(400, 10)
y = (x[:, 0] + x[:, 5] > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=False)
model = nn.Sequential(nn.Linear(10, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(40):
    inputs, targets = next(iter(loader))  # expect: same-batch-every-step
    loss = nn.functional.cross_entropy(model(inputs), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 9:
        print(step + 1, loss.item())
