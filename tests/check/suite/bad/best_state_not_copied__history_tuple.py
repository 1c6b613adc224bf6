import torch
from torch import nn

torch.manual_seed(8)
x, xv = torch.randn(200, 6), torch.randn(80, 6)
f = lambda t: torch.sin(t[:, :1]) + t[:, 1:2] ** 2  # noqa: E731
net = nn.Sequential(nn.Linear(6, 64), nn.ReLU(), nn.Linear(64, 1))
opt = torch.optim.Adam(net.parameters(), lr=2e-2)
log = []
for epoch in range(15):
    for i in torch.randperm(200).split(25):
        opt.zero_grad()
        nn.functional.mse_loss(net(x[i]), f(x[i])).backward()
        opt.step()
    with torch.no_grad():
        log.append((nn.functional.mse_loss(net(xv), f(xv)).item(), epoch, net.state_dict()))  # expect: best-state-not-copied
value, epoch, weights = min(log, key=lambda entry: entry[0])
net.load_state_dict(weights)  # expect: best-state-not-copied
print(value, epoch)
