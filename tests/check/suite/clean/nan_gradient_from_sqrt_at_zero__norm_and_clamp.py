import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(d))

    def forward(self, x):
        return self.gain * x / x.pow(2).mean(-1, keepdim=True).clamp(min=1e-6).sqrt()


torch.manual_seed(70)
x = torch.relu(torch.randn(300, 12))
x[::50] = 0
y = torch.linalg.vector_norm(x[:, :3], dim=1, keepdim=True)
model = nn.Sequential(nn.Linear(12, 24), nn.ReLU(), RMSNorm(24), nn.Linear(24, 1))
opt = torch.optim.AdamW(model.parameters(), lr=3e-3)
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        err = model(x[b]) - y[b]
        loss = torch.sqrt(err.pow(2).mean() + 1e-12) + 1e-3 * model[0].weight.norm()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"epoch {epoch}: {loss.item():.4f}")
