import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset


def cycle(loader):
    while True:
        yield from loader


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(14, 48)
        self.bn1 = nn.BatchNorm1d(48)
        self.drop = nn.Dropout(0.25)
        self.fc2 = nn.Linear(48, 3)

    def forward(self, x):
        return self.fc2(self.drop(torch.relu(self.bn1(self.fc1(x)))))


@torch.no_grad()
def estimate_loss(model, loaders):
    out = {}
    model.eval()  # expect: train-mode-not-restored
    for split, loader in loaders.items():
        total = sum(nn.functional.cross_entropy(model(x), y, reduction="sum").item() for x, y in loader)
        out[split] = total / len(loader.dataset)
    return out


torch.manual_seed(1337)
x = torch.randn(480, 14)
y = x[:, :3].argmax(1)
train, val = TensorDataset(x[:400], y[:400]), TensorDataset(x[400:], y[400:])
loaders = {"val": DataLoader(val, batch_size=40)}
model = Net()
model.train()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
batches = cycle(DataLoader(train, batch_size=20, shuffle=True))
for it in range(60):
    if it % 15 == 0:
        print(it, estimate_loss(model, loaders))
    xb, yb = next(batches)
    loss = nn.functional.cross_entropy(model(xb), yb)  # expect: train-mode-not-restored
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # expect: train-mode-not-restored
    optimizer.step()
