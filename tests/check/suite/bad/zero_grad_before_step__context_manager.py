import contextlib

import torch
import torch.nn as nn

torch.manual_seed(5)


@contextlib.contextmanager
def stepping(opt):
    """Everything inside is one training step."""
    yield
    opt.zero_grad()  # expect: zero-grad-before-step
    opt.step()  # expect: zero-grad-before-step


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 8, 3, padding=1)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(torch.relu(self.conv(x)).mean(-1))


def batches(n):
    for _ in range(n):
        x = torch.randn(16, 2, 20)
        yield x, (x[:, 0].mean(1) > x[:, 1].mean(1)).long()


net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=3e-3)
criterion = nn.CrossEntropyLoss()
total = 0.0
for i, (x, y) in enumerate(batches(25)):
    with stepping(opt):
        loss = criterion(net(x), y)
        loss.backward()
    total += loss.item()
print("mean loss", round(total / 25, 3))
