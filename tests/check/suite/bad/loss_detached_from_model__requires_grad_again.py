import torch
from torch import nn

torch.manual_seed(1)


class Ranker(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), nn.Linear(24, 1))

    def forward(self, x):
        return self.score(x).squeeze(-1)


def hinge(better, worse, margin=1.0):
    gaps = [max(0.0, margin - (b - w).item()) for b, w in zip(better, worse)]
    return torch.tensor(gaps, requires_grad=True).mean()  # expect: loss-detached-from-model


ranker = Ranker()
optim = torch.optim.Adam(ranker.parameters(), lr=1e-3)
truth = torch.randn(12)
for step in range(30):
    a, b = torch.randn(32, 12), torch.randn(32, 12)
    swap = ((a @ truth) < (b @ truth)).unsqueeze(1)
    better, worse = torch.where(swap, b, a), torch.where(swap, a, b)
    optim.zero_grad()
    loss = hinge(ranker(better), ranker(worse))  # expect: loss-detached-from-model
    loss.backward()  # expect: loss-detached-from-model
    optim.step()  # expect: loss-detached-from-model
    if step % 10 == 0:
        print(step, loss.item())
