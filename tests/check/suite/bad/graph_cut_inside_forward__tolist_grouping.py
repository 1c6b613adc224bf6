"""Point clouds; the grouping step borrows NumPy."""
import numpy as np
import torch
from torch import nn

torch.manual_seed(42)


def group_max(features, k):
    """Max over groups of k points: (B, N, C) to (B, N/k, C)."""
    a = np.asarray(features.tolist(), dtype=np.float32)  # expect: graph-cut-inside-forward
    b, n, c = a.shape
    return torch.from_numpy(a.reshape(b, n // k, k, c).max(2))  # expect: graph-cut-inside-forward


class PointNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.point = nn.Sequential(nn.Linear(3, 16), nn.ReLU())
        self.local = nn.Sequential(nn.Linear(16, 32), nn.ReLU())
        self.cls = nn.Linear(32, 3)

    def forward(self, pts):
        f = self.point(pts)  # expect: graph-cut-inside-forward
        g = self.local(group_max(f, 4))  # expect: graph-cut-inside-forward
        return self.cls(g.amax(1))


def cloud(n):
    y = torch.randint(0, 3, (n,))
    scale = torch.ones(n, 3)
    scale[torch.arange(n), y] = 3.0
    return torch.randn(n, 16, 3) * scale[:, None], y


net = PointNet()
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for _ in range(20):
    pts, y = cloud(24)
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(pts), y)
    loss.backward()
    opt.step()
print(loss.item())
