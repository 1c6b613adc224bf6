"""A GRU sequence classifier; the training loop is a generator that yields one record per epoch."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class SequenceNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.rnn = nn.GRU(3, width, batch_first=True)
        self.out = nn.Linear(width, 4)

    def forward(self, x):
        _, last = self.rnn(x)
        return self.out(last[-1])


def epochs(model, loader, optimizer, criterion, count):
    for number in range(count):
        model.train()
        optimizer.zero_grad()  # expect: zero-grad-once-per-epoch
        correct = seen = 0
        for x, y in loader:
            logits = model(x)
            criterion(logits, y).backward()
            optimizer.step()  # expect: zero-grad-once-per-epoch
            correct += (logits.argmax(1) == y).sum().item()
            seen += len(y)
        yield number, correct / seen


def run():
    torch.manual_seed(3)
    x = torch.randn(320, 9, 3)
    y = (x[:, :, 0].sum(1) > 0).long() + 2 * (x[:, :, 1].sum(1) > 0).long()
    loader = DataLoader(TensorDataset(x, y), batch_size=40, shuffle=True)
    model = SequenceNet(16)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for number, accuracy in epochs(model, loader, optimizer, nn.CrossEntropyLoss(), 4):
        print(number, f"{accuracy:.3f}")


run()
