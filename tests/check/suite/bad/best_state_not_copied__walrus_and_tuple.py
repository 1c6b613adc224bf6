"""Early stopping that restores the best weights."""
import torch
from torch import nn

torch.manual_seed(57)
x = torch.randn(200, 8)
y = (x[:, :1] + 0.7 * torch.randn(200, 1))
net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1))
opt = torch.optim.AdamW(net.parameters(), lr=2e-2)
best = (float("inf"), None, -1)
epoch, patience = 0, 6
while epoch - best[2] < patience and epoch < 25:
    for i in torch.randperm(100).split(25):
        opt.zero_grad()
        nn.functional.mse_loss(net(x[:100][i]), y[:100][i]).backward()
        opt.step()
    with torch.no_grad():
        if (v := nn.functional.mse_loss(net(x[100:]), y[100:]).item()) < best[0]:
            best = (v, {k: t for k, t in net.state_dict().items()}, epoch)  # expect: best-state-not-copied
    epoch += 1
net.load_state_dict(best[1])  # expect: best-state-not-copied
print(epoch, best[0])
