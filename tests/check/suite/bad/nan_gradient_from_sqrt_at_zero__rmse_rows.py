import torch
from torch import nn

torch.manual_seed(2)


class TrajectoryNet(nn.Module):
    """Predicts 2-D offsets; the loss is the mean displacement."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(2, 16, batch_first=True)
        self.head = nn.Linear(16, 2)
        nn.init.normal_(self.head.weight, std=0.05)
        nn.init.zeros_(self.head.bias)

    def forward(self, path, moving):
        out, _ = self.rnn(path)
        return self.head(out) * moving[:, None, None]


def displacement(pred, true):
    diff = pred - true
    return (diff[..., 0] ** 2 + diff[..., 1] ** 2).sqrt().mean()  # expect: nan-gradient-from-sqrt-at-zero


model = TrajectoryNet()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(40):
    moving = torch.ones(16)
    if step >= 25:
        moving[3] = 0.0  # someone stands still
    steps = 0.1 * torch.randn(16, 9, 2) * moving[:, None, None]
    path = steps.cumsum(1)
    true = (path[:, 1:] - path[:, :-1]).roll(-1, 1)
    true[:, -1] = 0.05 * torch.randn(16, 2) * moving[:, None]
    loss = displacement(model(path[:, 1:], moving), true)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 8 == 0:
        print(step, loss.item())
