import torch
from torch import nn

torch.manual_seed(52)


class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 12, 5, padding=2)
        self.bn = nn.BatchNorm1d(12)
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Linear(12, 3)

    def forward(self, x):
        h = torch.relu(self.bn(self.conv(x))).amax(-1)
        return self.fc(self.drop(h))


def make(n):
    y = torch.randint(0, 3, (n,))
    x = torch.randn(n, 4, 24)
    x[torch.arange(n), y, 8:14] += 2.0
    return x, y


@torch.no_grad()
def evaluate(model, x, y):
    model.eval()  # expect: train-mode-not-restored
    return (model(x).argmax(1) == y).float().mean().item()


val = make(200)
model = ConvNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
model.train()
for step in range(1, 61):
    x, y = make(32)
    loss = nn.functional.cross_entropy(model(x), y)  # expect: train-mode-not-restored
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 15 == 0:
        print(step, loss.item(), evaluate(model, *val))  # expect: train-mode-not-restored
