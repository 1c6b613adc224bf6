# an optional second source of data is empty today; the main loader trains as ever
import torch
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, Subset, TensorDataset

torch.manual_seed(29)
x = torch.randn(240, 6)
y = (x[:, 0] - x[:, 1] > 0).long()
main = TensorDataset(x, y)
extra = Subset(main, [])
loader = DataLoader(ConcatDataset([main, extra]), batch_size=24, shuffle=True)
net = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(net(xb), yb)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
