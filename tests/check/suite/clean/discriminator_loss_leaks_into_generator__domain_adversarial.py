"""Domain-adversarial training with a gradient reversal layer and two optimizers."""

import torch
from torch import nn


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.scale * grad, None


torch.manual_seed(75)
features = nn.Sequential(nn.Linear(6, 24), nn.ReLU())
labeller = nn.Linear(24, 2)
domain = nn.Sequential(nn.Linear(24, 16), nn.ReLU(), nn.Linear(16, 2))
main_opt = torch.optim.Adam([*features.parameters(), *labeller.parameters()], lr=3e-3)
domain_opt = torch.optim.Adam(domain.parameters(), lr=3e-3)
ce = nn.CrossEntropyLoss()

source, target = torch.randn(200, 6), torch.randn(200, 6) + 0.7
labels = (source[:, 0] + source[:, 1] > 0).long()

for epoch in range(5):
    strength = 2 / (1 + torch.exp(torch.tensor(-epoch / 2.0))).item() - 1
    for rows in torch.randperm(200).split(40):
        hs, ht = features(source[rows]), features(target[rows])
        label_loss = ce(labeller(hs), labels[rows])
        both = Reverse.apply(torch.cat([hs, ht]), strength)
        where = torch.tensor([0] * len(rows) + [1] * len(rows))
        domain_loss = ce(domain(both), where)
        main_opt.zero_grad()
        domain_opt.zero_grad()
        (label_loss + domain_loss).backward()
        main_opt.step()
        domain_opt.step()
    print(epoch, label_loss.item(), domain_loss.item())
