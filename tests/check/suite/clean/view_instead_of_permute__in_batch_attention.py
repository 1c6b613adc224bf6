import torch
from torch import nn

torch.manual_seed(22)


class InBatchAttention(nn.Module):
    """Rows of one table attend to each other (as in models of whole tables)."""

    def __init__(self, features, d=24, classes=3):
        super().__init__()
        self.embed = nn.Linear(features, d)
        self.norm = nn.BatchNorm1d(d)
        self.rows = nn.MultiheadAttention(d, 4)
        self.out = nn.Linear(d, classes)

    def forward(self, x):
        h = self.norm(torch.relu(self.embed(x)))
        h = h.unsqueeze(1)
        mixed, _ = self.rows(h, h, h, need_weights=False)
        return self.out((h + mixed).squeeze(1))


model = InBatchAttention(9)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
w = torch.randn(9, 3)
for step in range(60):
    x = torch.randn(40, 9)
    y = (x @ w).argmax(1)
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
