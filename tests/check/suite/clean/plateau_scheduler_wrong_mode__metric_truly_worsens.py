# little data, a large net: the validation loss rises, and the rate is rightly cut
import torch
from torch import nn

torch.manual_seed(3)
x = torch.randn(140, 12)
y = (x[:, 0] + 1.5 * torch.randn(140) > 0).long()
net = nn.Sequential(nn.Linear(12, 96), nn.ReLU(), nn.Linear(96, 2))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, mode="min", factor=0.5, patience=1)
for epoch in range(8):
    net.train()
    for b in torch.randperm(80).split(16):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        v = nn.functional.cross_entropy(net(x[80:]), y[80:]).item()
    plateau.step(v)
    print(epoch, v, opt.param_groups[0]["lr"])
