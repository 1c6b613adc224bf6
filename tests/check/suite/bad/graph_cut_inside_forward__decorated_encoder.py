import torch
from torch import nn

torch.manual_seed(6)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(12, 24), nn.Linear(24, 8)

    @torch.no_grad()  # expect: graph-cut-inside-forward
    def forward(self, x):  # expect: graph-cut-inside-forward
        return self.b(torch.tanh(self.a(x)))  # expect: graph-cut-inside-forward


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.head = Encoder(), nn.Linear(8, 3)

    def forward(self, x):
        return self.head(self.encoder(x))


model = Model()
opt = torch.optim.Adam(model.parameters(), lr=1e-2)
w = torch.randn(12, 3)
for step in range(50):
    x = torch.randn(32, 12)
    loss = nn.functional.cross_entropy(model(x), (x @ w).argmax(1))
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
