"""Domain-adversarial training: one loss for features, labels and domains."""
import torch
from torch import nn
from torch.autograd import Function


class Reverse(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.alpha * grad, None


torch.manual_seed(12)
features = nn.Sequential(nn.Linear(6, 32), nn.ReLU())
label, domain = nn.Linear(32, 2), nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 2))
opt_f = torch.optim.Adam(features.parameters(), lr=2e-3)
opt_l = torch.optim.Adam(label.parameters(), lr=2e-3)
opt_d = torch.optim.Adam(domain.parameters(), lr=2e-3)
ce = nn.CrossEntropyLoss()

for step in range(60):
    xs = torch.randn(48, 6)
    ys = (xs[:, 0] > xs[:, 1]).long()
    xt = torch.randn(48, 6) + 1.5
    for opt in (opt_f, opt_l, opt_d):
        opt.zero_grad()
    zs, zt = features(xs), features(xt)
    alpha = min(1.0, step / 40)
    domains = torch.cat([torch.zeros(48), torch.ones(48)]).long()
    loss = ce(label(zs), ys) + ce(domain(Reverse.apply(torch.cat([zs, zt]), alpha)), domains)
    loss.backward()
    for opt in (opt_f, opt_l, opt_d):
        opt.step()
print(loss.item())
