import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Growing(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.width = width
        self.first = nn.Linear(6, width)
        self.stages = nn.ModuleList()
        self.out = nn.Linear(width, 1)

    def grow(self):
        stage = nn.Sequential(nn.LayerNorm(self.width), nn.Linear(self.width, self.width), nn.ReLU())
        self.stages.append(stage)
        return stage

    def forward(self, x):
        h = torch.relu(self.first(x))
        for stage in self.stages:
            h = h + stage(h)
        return self.out(h)


torch.manual_seed(36)
x = torch.randn(300, 6)
y = (x[:, :1] * x[:, 1:2]).sin() + x[:, 2:3]
loader = DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True)
model = Growing()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
schedule = {1: "grow", 2: "grow", 3: "head"}
for epoch in range(5):
    what = schedule.get(epoch)
    if what == "grow":
        optimizer.add_param_group({"params": model.grow().parameters(), "lr": 2e-3})
    elif what == "head":
        model.out = nn.Linear(model.width, 1)
        optimizer = torch.optim.Adam(
            [{"params": model.out.parameters(), "lr": 5e-3}, {"params": [p for n, p in model.named_parameters() if not n.startswith("out")]}],
            lr=1e-3,
        )
    model.train()
    for xb, yb in loader:
        loss = nn.functional.mse_loss(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, len(model.stages), loss.item())
