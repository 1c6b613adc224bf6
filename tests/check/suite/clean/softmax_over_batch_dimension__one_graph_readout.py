import torch
from torch import nn

torch.manual_seed(18)


class GraphReadout(nn.Module):
    """One graph at a time: attention over its nodes."""

    def __init__(self, d=6):
        super().__init__()
        self.message = nn.Linear(d, 16)
        self.score = nn.Linear(16, 1)
        self.out = nn.Linear(16, 1)

    def forward(self, x, adjacency):
        h = torch.relu(adjacency @ self.message(x))
        weight = torch.softmax(self.score(h), dim=0)
        return self.out((weight * h).sum(0))


def random_graph():
    n = torch.randint(5, 12, ()).item()
    a = (torch.rand(n, n) < 0.4).float()
    a = ((a + a.T) > 0).float() + torch.eye(n)
    x = torch.randn(n, 6)
    return x, a / a.sum(1, keepdim=True), x[:, 0].max().view(1)


graphs = [random_graph() for _ in range(120)]
model = GraphReadout()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(2):
    total = 0.0
    for k in torch.randperm(len(graphs)).tolist():
        x, a, y = graphs[k]
        loss = nn.functional.mse_loss(model(x, a), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(epoch, total / len(graphs))
