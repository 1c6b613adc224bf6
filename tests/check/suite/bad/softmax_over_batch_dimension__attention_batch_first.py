import torch
from torch import nn

torch.manual_seed(0)


class Attn(nn.Module):
    def __init__(self):
        super().__init__()
        self.score, self.out = nn.Linear(8, 1), nn.Linear(8, 2)

    def forward(self, x):  # (batch, time, dim)
        w = torch.softmax(self.score(x), dim=0)  # expect: softmax-over-batch-dimension
        return self.out((w * x).sum(1))


m = Attn()
o = torch.optim.Adam(m.parameters(), 1e-2)
x = torch.randn(320, 6, 8)
y = (x[:, :, 0].max(1).values > 1.2).long()
for e in range(3):
    for r in torch.randperm(320).split(32):
        loss = nn.functional.cross_entropy(m(x[r]), y[r])
        o.zero_grad()
        loss.backward()
        o.step()
    print(loss.item())
