import torch
from torch import nn

torch.manual_seed(33)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(1, 48), nn.Linear(48, 48), nn.Linear(48, 1)
        self.drop = nn.Dropout(0.1)

    def forward(self, x):
        x = self.drop(torch.relu(self.a(x)))
        x = self.drop(torch.relu(self.b(x)))
        return self.c(x)


def enable_dropout(model):
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.train()


def predict(model, x, samples=20):
    """Mean and spread of stochastic passes."""
    model.eval()
    enable_dropout(model)
    with torch.no_grad():
        draws = torch.stack([model(x) for _ in range(samples)])
    return draws.mean(0), draws.std(0)


x = torch.rand(400, 1) * 4 - 2
y = torch.sin(2 * x) + 0.1 * torch.randn_like(x)
grid = torch.linspace(-3, 3, 50)[:, None]
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(5):
    model.train()
    for i in torch.randperm(400).split(40):
        loss = nn.functional.mse_loss(model(x[i]), y[i])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    mean, spread = predict(model, grid)
    print(epoch, loss.item(), spread.mean().item())
