import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset


class PairMatcher(Dataset):
    def __init__(self, images, labels, seed):
        self.images, self.labels = images, labels
        self.rng = random.Random(seed)
        self.groups = {k: [i for i, l in enumerate(labels.tolist()) if l == k] for k in set(labels.tolist())}
        self.pairs = []
        for i, l in enumerate(labels.tolist()):
            if self.rng.random() < 0.5:
                self.pairs.append((i, self.rng.choice(self.groups[l]), 1.0))
            else:
                other = self.rng.choice([k for k in self.groups if k != l])
                self.pairs.append((i, self.rng.choice(self.groups[other]), 0.0))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        i, j, same = self.pairs[index]
        return self.images[i], self.images[j], torch.tensor(same)


class SiameseNetwork(nn.Module):
    def __init__(self):
        super(SiameseNetwork, self).__init__()
        self.cnn = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, 16))
        self.fc = nn.Sequential(nn.Linear(32, 32), nn.ReLU(inplace=True), nn.Linear(32, 1))

    def forward_once(self, x):
        return self.cnn(x)

    def forward(self, input1, input2):
        a, b = self.forward_once(input1), self.forward_once(input2)
        return torch.sigmoid(self.fc(torch.cat(((a - b).abs(), a * b), 1))).squeeze(1)


def make(n, seed):
    g = torch.Generator().manual_seed(seed)
    y = torch.randint(0, 4, (n,), generator=g)
    x = 0.3 * torch.randn(n, 1, 8, 8, generator=g)
    for k in range(4):
        x[y == k, 0, 2 * k:2 * k + 2] += 1.0
    return x, y


torch.manual_seed(3)
train_loader = DataLoader(PairMatcher(*make(256, 0), seed=0), batch_size=32, shuffle=True)
test_loader = DataLoader(PairMatcher(*make(90, 1), seed=1), batch_size=32)
model = SiameseNetwork()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
criterion = nn.BCELoss()
for epoch in range(4):
    model.train()
    for a, b, t in train_loader:
        optimizer.zero_grad()
        loss = criterion(model(a, b), t)
        loss.backward()
        optimizer.step()
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for a, b, t in test_loader:
            out = model(a, b)
            test_loss += F.binary_cross_entropy(out, t, reduction='sum').item()
            correct += ((out > 0.5).float() == t).sum().item()
    print('Epoch %d: test loss %.4f accuracy %.3f' % (epoch, test_loss / 90, correct / 90))
