import torch
from torch import nn

torch.manual_seed(2)


class TwoTower(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(16, 32), nn.ReLU())
        self.classifier = nn.Linear(32, 4)

    def forward(self, x):
        return self.classifier(self.backbone(x))


centres = torch.randn(4, 16) * 1.5
y = torch.arange(4).repeat(80)
x = centres[y] + torch.randn(320, 16)

model = TwoTower()
optimizer = torch.optim.SGD(
    [
        {"params": model.backbone.parameters(), "lr": 0.0},
        {"params": model.classifier.parameters(), "lr": 0.1},
    ],
    lr=0.1,
    momentum=0.9,
)
criterion = nn.CrossEntropyLoss()

for epoch in range(4):
    if epoch == 2:
        optimizer.param_groups[0]["lr"] = 0.05
    for idx in torch.randperm(320).split(40):
        optimizer.zero_grad()
        loss = criterion(model(x[idx]), y[idx])
        loss.backward()
        optimizer.step()
    print(f"Epoch {epoch}: {loss.item():.4f}")
