import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(49)


class Bayesian(nn.Module):
    """Dropout by its flag in the body, and always on in `sample`."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(6, 32), nn.Linear(32, 2)

    def forward(self, x):
        h = F.dropout(torch.relu(self.a(x)), 0.3, self.training)
        return self.b(h)

    def sample(self, x, n=10):
        h = torch.relu(self.a(x))
        return torch.stack([F.softmax(self.b(F.dropout(h, 0.3, training=True)), -1) for _ in range(n)])


x = torch.randn(300, 6)
y = (x[:, 0] + 0.3 * torch.randn(300) > 0).long()
model = Bayesian()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(4):
    model.train()
    for i in torch.randperm(240).split(30):
        optimizer.zero_grad()
        F.cross_entropy(model(x[i]), y[i]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        hits = (model(x[240:]).argmax(1) == y[240:]).float().mean()
        spread = model.sample(x[240:]).std(0).mean()
    print(epoch, hits.item(), spread.item())
