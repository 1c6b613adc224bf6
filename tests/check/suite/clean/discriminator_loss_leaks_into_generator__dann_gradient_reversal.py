import torch
from torch import nn


class GradReverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.alpha * grad, None


torch.manual_seed(87)
ys = torch.randint(0, 2, (240,))
src = torch.randn(240, 8) + ys[:, None] * torch.tensor([2.0, -2, 0, 0, 0, 0, 0, 0])
tgt = torch.randn(240, 8) + torch.tensor([0.0, 0, 1, 1, 0, 0, 0, 0])
features = nn.Sequential(nn.Linear(8, 24), nn.ReLU())
label_head, domain_head = nn.Linear(24, 2), nn.Linear(24, 1)
opt_main = torch.optim.Adam([*features.parameters(), *label_head.parameters()], lr=3e-3)
opt_domain = torch.optim.Adam(domain_head.parameters(), lr=3e-3)
for epoch in range(4):
    for a, b in zip(torch.randperm(240).split(40), torch.randperm(240).split(40)):
        fs, ft = features(src[a]), features(tgt[b])
        cls = nn.functional.cross_entropy(label_head(fs), ys[a])
        d = domain_head(GradReverse.apply(torch.cat([fs, ft]), 0.2)).squeeze(1)
        dom = nn.functional.binary_cross_entropy_with_logits(d, torch.cat([torch.ones(40), torch.zeros(40)]))
        opt_main.zero_grad()
        opt_domain.zero_grad()
        (cls + dom).backward()
        opt_main.step()
        opt_domain.step()
    print(epoch, f"cls {cls.item():.3f} domain {dom.item():.3f}")
