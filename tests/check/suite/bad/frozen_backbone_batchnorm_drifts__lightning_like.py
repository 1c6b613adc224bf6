import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def block(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2))


class LitClassifier(nn.Module):
    def __init__(self, backbone, classes):
        super().__init__()
        self.backbone = backbone
        for p in self.backbone.parameters():
            p.requires_grad = False
        self.head = nn.Linear(16, classes)

    def forward(self, x):
        return self.head(self.backbone(x).mean((2, 3)))  # expect: frozen-backbone-batchnorm-drifts

    def training_step(self, batch):
        x, y = batch
        return nn.functional.cross_entropy(self(x), y)  # expect: frozen-backbone-batchnorm-drifts

    def validation_step(self, batch):
        x, y = batch
        return (self(x).argmax(1) == y).sum().item()

    def configure_optimizers(self):
        return torch.optim.SGD(self.head.parameters(), lr=0.05)


def fit(module, train, val, epochs):
    optimizer = module.configure_optimizers()
    for epoch in range(epochs):
        module.train()  # expect: frozen-backbone-batchnorm-drifts
        for batch in train:
            loss = module.training_step(batch)  # expect: frozen-backbone-batchnorm-drifts
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        module.eval()
        with torch.no_grad():
            right = sum(module.validation_step(batch) for batch in val)
        print(epoch, loss.item(), right / len(val.dataset))


def images(n, classes, shift):
    y = torch.randint(0, classes, (n,))
    x = torch.randn(n, 1, 8, 8) + shift
    x[torch.arange(n), 0, y, :] += 2
    return TensorDataset(x, y)


torch.manual_seed(2)
backbone = nn.Sequential(block(1, 8), block(8, 16))
pretrain = nn.Sequential(backbone, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 6))
opt = torch.optim.Adam(pretrain.parameters(), lr=3e-3)
for x, y in DataLoader(images(320, 6, 0.0), batch_size=32, shuffle=True):
    opt.zero_grad()
    nn.functional.cross_entropy(pretrain(x), y).backward()
    opt.step()
fit(
    LitClassifier(backbone, 4),
    DataLoader(images(160, 4, 0.4), batch_size=20, shuffle=True),
    DataLoader(images(60, 4, 0.4), batch_size=20),
    epochs=3,
)
