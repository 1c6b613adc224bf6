import copy

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(64)


def data(n, classes):
    means = torch.randn(classes, 10) * 2
    y = torch.randint(0, classes, (n,))
    return TensorDataset(means[y] + torch.randn(n, 10), y)


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(10, 32), nn.ReLU())
        self.fc = nn.Linear(32, classes)

    def forward(self, x):
        return self.fc(self.features(x))


def fit(model, optimizer, loader, epochs):
    criterion = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()  # expect: optimizer-holds-stale-parameters
            total += loss.item()
        print("epoch", epoch, total / len(loader))


model = Net(classes=4)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)  # expect: optimizer-holds-stale-parameters
fit(model, optimizer, DataLoader(data(320, 4), batch_size=32, shuffle=True), 2)

# New task with more classes.
pretrained = copy.deepcopy(model.state_dict())
model.fc = nn.Linear(32, 7)  # expect: optimizer-holds-stale-parameters
fit(model, optimizer, DataLoader(data(320, 7), batch_size=32, shuffle=True), 3)
print(len(pretrained))
