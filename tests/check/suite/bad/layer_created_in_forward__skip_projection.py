"""A residual net that adapts its skip connections."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Residual(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.inputs, self.outputs = inputs, outputs
        self.norm = nn.LayerNorm(inputs)
        self.body = nn.Linear(inputs, outputs)

    def forward(self, x):
        h = torch.relu(self.body(self.norm(x)))
        if self.inputs != self.outputs:
            x = nn.Linear(self.inputs, self.outputs)(x)  # expect: layer-created-in-forward
        return x + h


class Network(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.blocks = nn.ModuleList(Residual(a, b) for a, b in zip(sizes, sizes[1:]))
        self.head = nn.Linear(sizes[-1], 2)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


torch.manual_seed(0)
x = torch.randn(256, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
model = Network((10, 10, 16, 16))
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
for epoch in range(4):
    total = 0.0
    for xb, yb in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(xb), yb)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(yb)
    print(epoch, total / 256)
