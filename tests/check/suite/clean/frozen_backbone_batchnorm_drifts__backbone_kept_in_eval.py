import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(8, 20), nn.BatchNorm1d(20), nn.ReLU())
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(20, 2))
        self.backbone.requires_grad_(False)

    def train(self, mode=True):
        super().train(mode)
        self.backbone.eval()
        return self

    def forward(self, x):
        return self.head(self.backbone(x))


torch.manual_seed(1)
x = torch.randn(240, 8)
y = (x[:, 0] > x[:, 1]).long()
model = Model()
opt = torch.optim.Adam(model.head.parameters(), lr=1e-2)
for epoch in range(3):
    model.train()
    for b in torch.randperm(200).split(20):
        loss = nn.functional.cross_entropy(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    model.eval()
    with torch.no_grad():
        print(epoch, (model(x[200:]).argmax(1) == y[200:]).float().mean().item())
