"""Leave-one-group-out on a small medical table."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

torch.manual_seed(66)
x = torch.randn(45, 4)
y = (x[:, 0] > 0).long()
group = torch.arange(45) % 3
data = TensorDataset(x, y)
for g in range(3):
    inside = (group != g).nonzero().flatten().tolist()
    outside = (group == g).nonzero().flatten().tolist()
    loader = DataLoader(Subset(data, inside), batch_size=32, shuffle=True, drop_last=True)  # expect: training-loader-yields-nothing
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(5):
        for xb, yb in loader:  # expect: training-loader-yields-nothing
            opt.zero_grad()
            nn.functional.cross_entropy(net(xb), yb).backward()
            opt.step()
    with torch.no_grad():
        print(g, (net(x[outside]).argmax(1) == y[outside]).float().mean().item())
