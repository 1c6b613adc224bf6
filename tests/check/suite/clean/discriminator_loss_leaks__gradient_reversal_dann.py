"""Domain adversarial training with a gradient reversal layer; one optimizer a part."""
import torch
from torch import nn

torch.manual_seed(83)


class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx, grad):
        return -ctx.scale * grad, None


features = nn.Sequential(nn.Linear(6, 24), nn.ReLU())
label_head, domain_head = nn.Linear(24, 2), nn.Sequential(nn.Linear(24, 12), nn.ReLU(), nn.Linear(12, 1))
optimizers = [torch.optim.Adam(m.parameters(), lr=3e-3) for m in (features, label_head, domain_head)]
for it in range(30):
    scale = 2 / (1 + pow(2.718, -10 * it / 30)) - 1
    xs, xt = torch.randn(32, 6), torch.randn(32, 6) + 0.5
    ys = (xs[:, 0] > 0).long()
    fs, ft = features(xs), features(xt)
    task = nn.functional.cross_entropy(label_head(fs), ys)
    both = Reverse.apply(torch.cat([fs, ft]), scale)
    where = torch.cat([torch.zeros(32, 1), torch.ones(32, 1)])
    domain = nn.functional.binary_cross_entropy_with_logits(domain_head(both), where)
    for o in optimizers:
        o.zero_grad()
    (task + domain).backward()
    for o in optimizers:
        o.step()
print(task.item(), domain.item())
