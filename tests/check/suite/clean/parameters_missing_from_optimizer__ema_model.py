import copy
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(2)
x = torch.randn(320, 5)
y = (x.pow(2).sum(1) > 5).long()
net = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 2))
ema = copy.deepcopy(net)
opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
loader = DataLoader(TensorDataset(x[:256], y[:256]), batch_size=32, shuffle=True)
for epoch in range(4):
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            for a, b in zip(ema.parameters(), net.parameters()):
                a.lerp_(b, 0.1)
    ema.eval()
    with torch.no_grad():
        print(epoch, "ema acc", (ema(x[256:]).argmax(1) == y[256:]).float().mean().item())
