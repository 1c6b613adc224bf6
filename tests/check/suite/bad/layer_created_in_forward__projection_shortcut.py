import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class ResidualUnit(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.n_in, self.n_out = n_in, n_out
        self.fc1 = nn.Linear(n_in, n_out)
        self.fc2 = nn.Linear(n_out, n_out)

    def forward(self, x):
        shortcut = x
        if self.n_in != self.n_out:
            shortcut = nn.Linear(self.n_in, self.n_out, bias=False)(x)  # expect: layer-created-in-forward
        return torch.relu(self.fc2(torch.relu(self.fc1(x))) + shortcut)


class ResMLP(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.units = nn.ModuleList(ResidualUnit(a, b) for a, b in zip(widths, widths[1:]))
        self.out = nn.Linear(widths[-1], 2)

    def forward(self, x):
        for unit in self.units:
            x = unit(x)
        return self.out(x)


torch.manual_seed(90)
angle = torch.rand(500) * 6.28
label = torch.randint(0, 2, (500,))
radius = 1 + label + 0.2 * torch.randn(500)
xy = torch.stack([radius * angle.cos(), radius * angle.sin()], 1)
model = ResMLP([2, 16, 16, 32])
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(4):
    for x, y in DataLoader(TensorDataset(xy, label), batch_size=50, shuffle=True):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
