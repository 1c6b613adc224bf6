import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Meter:
    def __init__(self):
        self.reset()

    def reset(self):
        self.sum, self.count = 0.0, 0

    def update(self, value, n):
        self.sum = self.sum + value * n  # expect: loss-accumulated-with-graph
        self.count += n

    @property
    def average(self):
        return self.sum / max(self.count, 1)


def main():
    torch.manual_seed(97)
    x = torch.randn(640, 14)
    y = torch.randint(0, 2, (640,))
    x[:, 0] += 1.5 * y
    loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
    model = nn.Sequential(nn.Linear(14, 24), nn.ELU(), nn.Linear(24, 2))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    meter = Meter()
    for epoch in range(3):
        meter.reset()
        for inputs, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
            meter.update(loss, labels.size(0))  # expect: loss-accumulated-with-graph
        print(f"[{epoch}] {float(meter.average):.4f}")


main()
