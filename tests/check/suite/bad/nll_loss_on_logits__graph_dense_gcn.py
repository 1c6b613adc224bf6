"""Two-layer GCN on a dense adjacency, node classification with a train mask."""

import torch
import torch.nn.functional as F
from torch import nn


def normalise(adjacency):
    a = adjacency + torch.eye(len(adjacency))
    d = a.sum(1).rsqrt()
    return d[:, None] * a * d[None, :]


class GraphConv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(i, o))
        self.bias = nn.Parameter(torch.zeros(o))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x, a):
        return torch.einsum("nm,mi,io->no", a, x, self.weight) + self.bias


class GCN(nn.Module):
    def __init__(self, features, hidden, classes):
        super().__init__()
        self.one = GraphConv(features, hidden)
        self.two = GraphConv(hidden, classes)

    def forward(self, x, a):
        h = F.dropout(F.relu(self.one(x, a)), 0.3, self.training)
        return self.two(h, a)  # expect: nll-loss-on-logits


torch.manual_seed(3)
labels = torch.arange(90) % 3
same = (labels[:, None] == labels[None, :]).float()
adjacency = torch.bernoulli(0.02 + 0.15 * same).triu(1)
adjacency = normalise(adjacency + adjacency.T)
features = torch.randn(90, 12) + F.one_hot(labels, 12)
mask = torch.rand(90) < 0.4

model = GCN(12, 16, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=5e-4)
for epoch in range(30):
    model.train()
    optimizer.zero_grad()
    out = model(features, adjacency)
    loss = F.nll_loss(out[mask], labels[mask])  # expect: nll-loss-on-logits
    loss.backward()
    optimizer.step()
    if epoch % 10 == 0:
        model.eval()
        with torch.no_grad():
            accuracy = (model(features, adjacency)[~mask].argmax(1) == labels[~mask]).float().mean()
        print(epoch, loss.item(), accuracy.item())
