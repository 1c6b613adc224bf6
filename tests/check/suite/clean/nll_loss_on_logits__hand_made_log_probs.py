import torch
from torch import nn

torch.manual_seed(16)


class HierarchicalSoftmax(nn.Module):
    """p(class) = p(group) p(class | group), in logs."""

    def __init__(self, d, groups=3, per_group=4):
        super().__init__()
        self.group = nn.Linear(d, groups)
        self.within = nn.Linear(d, groups * per_group)
        self.groups, self.per_group = groups, per_group

    def forward(self, h):
        g = self.group(h)
        g = g - g.logsumexp(1, keepdim=True)
        w = self.within(h).view(-1, self.groups, self.per_group)
        w = w - w.logsumexp(2, keepdim=True)
        return (g[:, :, None] + w).flatten(1)


net = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), HierarchicalSoftmax(32))
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
nll = nn.NLLLoss()
w = torch.randn(10, 12)
for step in range(80):
    x = torch.randn(48, 10)
    y = (x @ w).argmax(1)
    loss = nll(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
