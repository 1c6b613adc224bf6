"""Contrast between rows; a padded row has length 0."""
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(12, 8, padding_idx=0)
        self.out = nn.Linear(8, 5, bias=False)

    def forward(self, codes):
        h = self.out(self.table(codes).mean(1))
        return h / h.norm(dim=1, keepdim=True)  # expect: loss-not-finite


def contrast(a, b):
    return -(torch.log_softmax(a @ b.T / 0.1, dim=1).diagonal()).mean()


torch.manual_seed(8)
codes = torch.randint(1, 12, (64, 4))
codes[40] = 0
net = Encoder()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for rows in torch.arange(64).split(16):
        one = net(codes[rows])
        other = net(codes[rows].roll(1, dims=1))
        loss = contrast(one, other)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
