import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(3, 8, 3, padding=1)
        self.bn = nn.BatchNorm1d(8)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x))).mean(-1)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = Backbone()
        self.head = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))
        self.frozen = False

    def freeze(self):
        self.frozen = True
        self.backbone.requires_grad_(False)
        return self

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.backbone.eval()
        return self

    def forward(self, x):
        return self.head(self.backbone(x))


def fit(model, loader, epochs):
    optimizer = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=3e-3)
    for _ in range(epochs):
        model.train()
        for x, y in loader:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()


torch.manual_seed(34)
x = torch.randn(320, 3, 12)
y = (x[:, 0].mean(1) > 0).long()
z = (x[:, 1].mean(1) > 0).long()
model = Classifier()
print(fit(model, DataLoader(TensorDataset(x, y), 32, shuffle=True), 3))
print(fit(model.freeze(), DataLoader(TensorDataset(x, z), 32, shuffle=True), 3))
