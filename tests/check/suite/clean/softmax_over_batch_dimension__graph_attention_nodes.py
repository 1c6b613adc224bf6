"""Graph attention for node classification; full-batch, semi-supervised masks."""
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(96)
N = 80
labels = torch.arange(N) % 4
prob = torch.where(labels[:, None] == labels[None], 0.25, 0.03)
adj = (torch.rand(N, N) < prob).triu(1)
adj = (adj | adj.T) | torch.eye(N, dtype=torch.bool)
feats = F.one_hot(labels, 4).float() * 0.6 + torch.randn(N, 4)
src, dst = adj.nonzero(as_tuple=True)
order = torch.randperm(N)
train_mask, val_mask = torch.zeros(N, dtype=torch.bool), torch.zeros(N, dtype=torch.bool)
train_mask[order[:40]] = True
val_mask[order[40:]] = True


class GAT(nn.Module):
    def __init__(self, i, o, heads):
        super().__init__()
        self.w = nn.Linear(i, heads * o, bias=False)
        self.a = nn.Parameter(torch.randn(2, heads, o) * 0.1)
        self.heads, self.o = heads, o

    def forward(self, x):
        h = self.w(x).view(-1, self.heads, self.o)
        s, d = (h * self.a[0]).sum(-1), (h * self.a[1]).sum(-1)
        e = F.leaky_relu(s[src] + d[dst], 0.2).exp()
        norm = torch.zeros(len(x), self.heads).index_add(0, dst, e)
        alpha = e / norm[dst]
        out = torch.zeros_like(h).index_add(0, dst, alpha[..., None] * h[src])
        return out.flatten(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.g1, self.g2 = GAT(4, 8, 2), GAT(16, 4, 1)
        self.pool = nn.Linear(16, 1)

    def forward(self, x):
        h = F.elu(self.g1(F.dropout(x, 0.2, self.training)))
        context = (torch.softmax(self.pool(h), 0) * h).sum(0, keepdim=True)
        return self.g2(F.dropout(h + 0.1 * context, 0.2, self.training))


net = Net()
opt = torch.optim.Adam(net.parameters(), lr=1e-2, weight_decay=5e-4)
for epoch in range(40):
    net.train()
    loss = F.cross_entropy(net(feats)[train_mask], labels[train_mask])
    opt.zero_grad()
    loss.backward()
    opt.step()
    net.eval()
    with torch.no_grad():
        acc = (net(feats).argmax(1) == labels)[val_mask].float().mean().item()
print(acc)
