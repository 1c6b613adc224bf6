import random

import torch
import torch.nn as nn
import torch.optim as optim
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, Dataset


class Pairs(Dataset):
    def __init__(self, n, seed):
        self.random = random.Random(seed)
        g = torch.Generator().manual_seed(seed)
        means = torch.randn(6, 16, generator=torch.Generator().manual_seed(0)) * 1.5
        self.y = torch.randint(0, 6, (n,), generator=g)
        self.x = means[self.y] + torch.randn(n, 16, generator=g)
        self.groups = {c: (self.y == c).nonzero().flatten().tolist() for c in range(6)}

    def __len__(self):
        return len(self.x)

    def __getitem__(self, index):
        c = int(self.y[index])
        if index % 2 == 0:
            other, target = self.random.choice(self.groups[c]), 1.0
        else:
            d = self.random.choice([k for k in range(6) if k != c])
            other, target = self.random.choice(self.groups[d]), 0.0
        return self.x[index], self.x[other], torch.tensor(target)


class SiameseNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.tower = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 16))
        self.fc = nn.Sequential(nn.Linear(32, 32), nn.ReLU(inplace=True), nn.Linear(32, 1))
        self.sigmoid = nn.Sigmoid()

    def forward(self, a, b):
        out = torch.cat((self.tower(a), self.tower(b)), 1)
        return self.sigmoid(self.fc(out))


def train(model, loader, optimizer, epoch):
    model.train()
    criterion = nn.BCELoss()
    for a, b, targets in loader:
        optimizer.zero_grad()
        outputs = model(a, b).squeeze()
        loss = criterion(outputs, targets)
        loss.backward()
        optimizer.step()
    print(f"Train Epoch: {epoch} Loss: {loss.item():.6f}")


def test(model, loader):
    model.eval()
    test_loss, correct = 0, 0
    criterion = nn.BCELoss()
    with torch.no_grad():
        for a, b, targets in loader:
            outputs = model(a, b).squeeze()
            test_loss += criterion(outputs, targets).sum().item()
            pred = torch.where(outputs > 0.5, 1, 0)
            correct += pred.eq(targets.view_as(pred)).sum().item()
    test_loss /= len(loader.dataset)
    print(f"Test: loss {test_loss:.4f} accuracy {correct / len(loader.dataset):.3f}")


torch.manual_seed(3)
train_loader = DataLoader(Pairs(400, 1), batch_size=40, shuffle=True)
test_loader = DataLoader(Pairs(120, 2), batch_size=60)
model = SiameseNetwork()
optimizer = optim.Adadelta(model.parameters(), lr=1.0)
scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
for epoch in range(1, 5):
    train(model, train_loader, optimizer, epoch)
    test(model, test_loader)
    scheduler.step()
