import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(15)


class MixtureOfExperts(nn.Module):
    def __init__(self, n_in, n_out, n_experts=4):
        super().__init__()
        self.gate = nn.Linear(n_in, n_experts)
        self.experts = [nn.Sequential(nn.Linear(n_in, 16), nn.ReLU(), nn.Linear(16, n_out)) for _ in range(n_experts)]  # expect: submodules-in-plain-list

    def forward(self, x):
        weights = F.softmax(self.gate(x), dim=-1)
        outputs = torch.stack([expert(x) for expert in self.experts], dim=1)  # expect: submodules-in-plain-list
        return (weights.unsqueeze(-1) * outputs).sum(dim=1)


def piecewise(n):
    x = torch.rand(n, 2) * 4 - 2
    y = torch.where(x[:, :1] > 0, x[:, 1:] ** 2, -x[:, 1:])
    return x, y


model = MixtureOfExperts(2, 1)
print("trainable:", sum(p.numel() for p in model.parameters()))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(100):
    x, y = piecewise(64)
    loss = F.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 25 == 0:
        print(step, loss.item())
