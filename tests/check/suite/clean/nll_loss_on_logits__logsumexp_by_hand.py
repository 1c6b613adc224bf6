"""Log-probabilities written by hand, with a temperature and a bias."""

import torch
from torch import nn
import torch.nn.functional as F


def log_probabilities(scores, temperature):
    scores = scores / temperature
    return scores - torch.logsumexp(scores, dim=1, keepdim=True)


class Mixed(nn.Module):
    """Averages two heads in probability space, stays in logs."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(7, 4), nn.Linear(7, 4)

    def forward(self, x):
        both = torch.stack([log_probabilities(self.a(x), 1.0), log_probabilities(self.b(x), 2.0)])
        return torch.logsumexp(both, 0) - torch.log(torch.tensor(2.0))


torch.manual_seed(79)
x = torch.randn(320, 7)
y = x[:, :4].argmax(1)
model = Mixed()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for epoch in range(5):
    total = 0.0
    for rows in torch.randperm(320).split(40):
        optimizer.zero_grad()
        loss = F.nll_loss(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        total += loss.item()
    print(epoch, total / 8)
