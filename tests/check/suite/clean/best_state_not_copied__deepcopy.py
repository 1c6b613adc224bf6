import copy
import torch
import torch.nn as nn

torch.manual_seed(9)
x = torch.randn(300, 6)
y = x[:, :1] * x[:, 1:2] + 0.2 * torch.randn(300, 1)
net = nn.Sequential(nn.Linear(6, 36), nn.ReLU(), nn.Linear(36, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
best, best_w = float("inf"), copy.deepcopy(net.state_dict())
for epoch in range(6):
    net.train()
    for b in torch.randperm(220).split(22):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        v = nn.functional.mse_loss(net(x[220:]), y[220:]).item()
    if v < best:
        best, best_w = v, copy.deepcopy(net.state_dict())
net.load_state_dict(best_w)
print("best", best)
