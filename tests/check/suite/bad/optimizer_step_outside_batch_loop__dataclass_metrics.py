"""Metrics live in a dataclass; one misplaced line."""

from dataclasses import dataclass, field

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Metrics:
    loss: float = 0.0
    hits: int = 0
    count: int = 0
    log: list = field(default_factory=list)

    def update(self, loss, logits, y):
        self.loss += loss.item() * len(y)
        self.hits += int((logits.argmax(-1) == y).sum())
        self.count += len(y)

    def close(self):
        self.log.append((self.loss / self.count, self.hits / self.count))
        self.loss, self.hits, self.count = 0.0, 0, 0


def train(model, loader, optimizer, metrics, epochs):
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()  # expect: optimizer-step-outside-batch-loop
            logits = model(x)
            loss = criterion(logits, y)
            loss.backward()
            metrics.update(loss, logits, y)
        optimizer.step()  # expect: optimizer-step-outside-batch-loop
        metrics.close()


if __name__ == "__main__":
    torch.manual_seed(0)
    centers = torch.randn(3, 8) * 2
    y = torch.randint(0, 3, (240,))
    x = centers[y] + torch.randn(240, 8)
    net = nn.Sequential(nn.Linear(8, 32), nn.GELU(), nn.Linear(32, 3))
    metrics = Metrics()
    train(net, DataLoader(TensorDataset(x, y), 30, shuffle=True), torch.optim.Adam(net.parameters(), 1e-2), metrics, 6)
    for loss, accuracy in metrics.log:
        print(f"{loss:.4f} {accuracy:.3f}")
