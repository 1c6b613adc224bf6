import numpy as np
import torch
from torch import nn

torch.manual_seed(7)


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.filter = nn.Conv1d(1, 4, 5, padding=2)
        self.head = nn.Linear(4 * 17, 2)

    def forward(self, x):
        h = torch.relu(self.filter(x))
        spectrum = np.abs(np.fft.rfft(h.detach().numpy(), axis=-1)).astype(np.float32)  # expect: graph-cut-inside-forward
        return self.head(torch.from_numpy(spectrum).flatten(1))


def waves(n):
    y = torch.randint(0, 2, (n,))
    t = torch.arange(32) * (0.3 + 0.4 * y[:, None])
    return (torch.sin(t) + 0.3 * torch.randn(n, 32))[:, None], y


model = Spectral()
opt = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(40):
    x, y = waves(32)
    loss = nn.functional.cross_entropy(model(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
