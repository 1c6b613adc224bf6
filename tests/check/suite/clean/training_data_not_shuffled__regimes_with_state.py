import math

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(14)


class Chunks(Dataset):
    """Consecutive chunks of one long signal, with the regime of each."""

    def __init__(self, n=240, length=12):
        t = torch.arange(n * length).float()
        self.regime = ((torch.arange(n) // 60) % 2).long()
        speed = 0.2 + 0.3 * self.regime.repeat_interleave(length)
        self.x = (torch.sin(speed * t) + 0.1 * torch.randn(n * length)).view(n, length, 1)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.regime[i]


loader = DataLoader(Chunks(), batch_size=8, shuffle=False)
rnn, head = nn.GRU(1, 16, batch_first=True), nn.Linear(16, 2)
opt = torch.optim.Adam([*rnn.parameters(), *head.parameters()], lr=5e-3)
for epoch in range(3):
    state = None
    for x, y in loader:
        out, state = rnn(x, state)
        loss = nn.functional.cross_entropy(head(out[:, -1]), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        state = state.detach()
    print(epoch, loss.item(), math.isfinite(loss.item()))
