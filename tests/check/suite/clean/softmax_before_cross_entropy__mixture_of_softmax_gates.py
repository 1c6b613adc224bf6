"""A softmax gate over experts, whose mixed logits go to cross-entropy."""

import torch
from torch import nn


class Mixture(nn.Module):
    def __init__(self, inputs, experts, classes):
        super().__init__()
        self.experts = nn.ModuleList(nn.Linear(inputs, classes) for _ in range(experts))
        self.gate = nn.Linear(inputs, experts)

    def forward(self, x):
        weights = self.gate(x).softmax(-1)
        outputs = torch.stack([e(x) for e in self.experts], dim=1)
        return torch.einsum("be,bec->bc", weights, outputs)


def batches(*tensors, size):
    for rows in torch.randperm(len(tensors[0])).split(size):
        yield tuple(t[rows] for t in tensors)


torch.manual_seed(77)
x = torch.randn(300, 6)
y = torch.where(x[:, 5] > 0, x[:, :3].argmax(1), x[:, :3].argmin(1))
model = Mixture(6, 4, 3)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-2)
for epoch in range(6):
    right = 0
    for a, b in batches(x, y, size=50):
        logits = model(a)
        loss = nn.functional.cross_entropy(logits, b)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        right += (logits.softmax(1).argmax(1) == b).sum().item()
    print(epoch, right / 300)
