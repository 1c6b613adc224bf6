import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

rng = np.random.RandomState(3)
torch.manual_seed(3)


def moons(n):
    t = rng.rand(n) * np.pi
    label = rng.randint(0, 2, n)
    x = np.where(label == 0, np.cos(t), 1 - np.cos(t))
    y = np.where(label == 0, np.sin(t), 0.5 - np.sin(t))
    points = np.stack([x, y], 1) + 0.15 * rng.randn(n, 2)
    return TensorDataset(torch.tensor(points, dtype=torch.float32), torch.tensor(label))


train_loader = DataLoader(moons(512), batch_size=64, shuffle=True)
test_loader = DataLoader(moons(134), batch_size=64)

model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()

for epoch in range(5):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()

    model.eval()
    test_loss, test_acc = 0.0, 0.0
    with torch.no_grad():
        for x, y in test_loader:
            logits = model(x)
            test_loss += criterion(logits, y).item()  # expect: unweighted-batch-average
            test_acc += (logits.argmax(1) == y).float().mean().item()  # expect: unweighted-batch-average
    test_loss /= len(test_loader)  # expect: unweighted-batch-average
    test_acc /= len(test_loader)  # expect: unweighted-batch-average
    print(f"epoch {epoch}: loss {test_loss:.4f} acc {test_acc:.3f}")
