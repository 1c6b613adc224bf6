"""The head trains first; the body gets an optimizer of its own after the second epoch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(9, 24), nn.ReLU())
        self.head = nn.Linear(24, 2)

    def forward(self, x):
        return self.head(self.body(x))


torch.manual_seed(87)
x = torch.randn(256, 9)
y = (x[:, 0] * x[:, 1] > 0).long()
loader = DataLoader(TensorDataset(x, y), 32, shuffle=True)
model = Net()
optimizers = [torch.optim.Adam(model.head.parameters(), lr=1e-2)]
for epoch in range(6):
    if epoch == 2:
        optimizers.append(torch.optim.Adam(model.body.parameters(), lr=3e-3))
    for a, b in loader:
        model.zero_grad()
        loss = nn.functional.cross_entropy(model(a), b)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
    print(epoch, loss.item())
