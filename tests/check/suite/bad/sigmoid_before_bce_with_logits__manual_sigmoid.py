import torch
from torch import nn

torch.manual_seed(0)


class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.l1, self.l2 = nn.Linear(5, 16), nn.Linear(16, 1)

    def forward(self, x):
        z = self.l2(torch.relu(self.l1(x))).squeeze(-1)
        return 1 / (1 + torch.exp(-z))


m = M()
o = torch.optim.Adam(m.parameters(), 1e-2)
x = torch.randn(320, 5)
y = (x[:, 0] > x[:, 1]).float()
for e in range(3):
    for r in torch.randperm(320).split(32):
        loss = nn.functional.binary_cross_entropy_with_logits(
            m(x[r]), y[r]
        )  # expect: sigmoid-before-bce-with-logits
        o.zero_grad()
        loss.backward()  # expect: sigmoid-before-bce-with-logits
        o.step()
    print(loss.item())
