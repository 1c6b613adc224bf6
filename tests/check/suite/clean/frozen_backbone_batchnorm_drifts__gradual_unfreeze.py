from dataclasses import dataclass, field

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Phase:
    name: str
    epochs: int
    lr: float
    unfrozen: list = field(default_factory=list)


class ResNetish(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2))
        self.layer1 = nn.Sequential(nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
        self.fc = nn.Linear(16, classes)

    def forward(self, x):
        return self.fc(self.layer1(self.stem(x)).mean((2, 3)))


class FineTuner:
    def __init__(self, model):
        self.model = model

    def set_phase(self, phase):
        for name, child in self.model.named_children():
            child.requires_grad_(name in phase.unfrozen)
        self.frozen = [child for name, child in self.model.named_children() if name not in phase.unfrozen]
        params = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.SGD(params, lr=phase.lr, momentum=0.9)
        self.scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, phase.epochs)

    def train_mode(self):
        self.model.train()
        for child in self.frozen:
            child.eval()

    def fit(self, train, val, phases):
        for phase in phases:
            self.set_phase(phase)
            for epoch in range(phase.epochs):
                self.train_mode()
                for x, y in train:
                    loss = nn.functional.cross_entropy(self.model(x), y)
                    self.optimizer.zero_grad()
                    loss.backward()
                    self.optimizer.step()
                self.scheduler.step()
                print(phase.name, epoch, loss.item(), self.evaluate(val))

    @torch.no_grad()
    def evaluate(self, loader):
        self.model.eval()
        return sum((self.model(x).argmax(1) == y).sum().item() for x, y in loader) / len(loader.dataset)


def pictures(n, classes, shift=0.0):
    y = torch.randint(0, classes, (n,))
    x = torch.randn(n, 1, 8, 8) + shift
    x[torch.arange(n), 0, :, y] += 2
    return TensorDataset(x, y)


torch.manual_seed(39)
model = ResNetish(6)
tuner = FineTuner(model)
everything = ["stem", "layer1", "fc"]
tuner.fit(DataLoader(pictures(240, 6), 24, shuffle=True), DataLoader(pictures(48, 6), 24), [Phase("pretrain", 2, 0.05, everything)])
model.fc = nn.Linear(16, 3)
phases = [Phase("head", 2, 0.05, ["fc"]), Phase("top", 1, 0.02, ["layer1", "fc"]), Phase("all", 1, 0.01, everything)]
tuner.fit(DataLoader(pictures(120, 3, 0.3), 20, shuffle=True), DataLoader(pictures(40, 3, 0.3), 20), phases)
