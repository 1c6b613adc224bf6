"""Training by steps, not epochs."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(64)


def get_batch(loader):
    return next(iter(loader))  # expect: same-batch-every-step


x = torch.rand(320, 10)
y = (x[:, 0] + x[:, 1] > 1).float()
loader = DataLoader(TensorDataset(x, y), batch_size=32)
net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1), nn.Flatten(0))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
step = 0
while step < 30:
    xb, yb = get_batch(loader)  # expect: same-batch-every-step
    opt.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(net(xb), yb)
    loss.backward()
    opt.step()
    step += 1
print(loss.item())
