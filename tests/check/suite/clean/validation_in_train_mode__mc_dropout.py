# Monte Carlo dropout: uncertainty from repeated noisy passes, next to the ordinary evaluation
import torch
from torch import nn


def enable_dropout(model):
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.train()


def mc_predict(model, x, samples=10):
    model.eval()
    enable_dropout(model)
    with torch.no_grad():
        draws = torch.stack([model(x) for _ in range(samples)])
    return draws.mean(0), draws.std(0)


torch.manual_seed(3)
x = torch.rand(320, 1) * 6 - 3
y = torch.sin(x) + 0.1 * torch.randn(320, 1)
net = nn.Sequential(nn.Linear(1, 48), nn.Tanh(), nn.Dropout(0.1), nn.Linear(48, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    net.train()
    for b in torch.randperm(256).split(32):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
net.eval()
with torch.no_grad():
    print('mse', nn.functional.mse_loss(net(x[256:]), y[256:]).item())
mean, std = mc_predict(net, x[256:])
print('mc mse', nn.functional.mse_loss(mean, y[256:]).item(), 'mean std', std.mean().item())
