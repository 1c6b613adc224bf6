import torch
import torch.nn as nn
import torch.nn.functional as F


class DeepMLP(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.layers = [nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])]  # expect: submodules-in-plain-list
        self.head = nn.Linear(sizes[-1], 2)

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return self.head(x)


torch.manual_seed(0)
x = torch.randn(256, 8)
y = (x[:, 0] * x[:, 1] > 0).long()
model = DeepMLP([8, 24, 24])
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)  # also: parameters-missing-from-optimizer
for epoch in range(3):
    for b in torch.randperm(256).split(32):
        loss = F.cross_entropy(model(x[b]), y[b])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
