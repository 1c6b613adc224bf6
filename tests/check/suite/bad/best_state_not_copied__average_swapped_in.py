import copy
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 1))
ema = copy.deepcopy(net).requires_grad_(False)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
x = torch.randn(300, 6)
y = x[:, :1] * x[:, 1:2]
for epoch in range(4):
    for rows in torch.randperm(250).split(25):
        loss = nn.functional.mse_loss(net(x[rows]), y[rows])
        opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            for e, p in zip(ema.parameters(), net.parameters()):
                e.lerp_(p, 0.1)
    backup = net.state_dict()  # expect: best-state-not-copied
    net.load_state_dict(ema.state_dict())
    with torch.no_grad():
        print(epoch, nn.functional.mse_loss(net(x[250:]), y[250:]).item())
    net.load_state_dict(backup)  # expect: best-state-not-copied
