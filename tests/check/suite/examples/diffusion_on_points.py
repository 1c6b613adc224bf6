import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(19)
T = 50
betas = torch.linspace(1e-4, 0.05, T)
alphas = torch.cumprod(1 - betas, 0)


class Denoiser(nn.Module):
    def __init__(self, h=48):
        super().__init__()
        self.time = nn.Embedding(T, h)
        self.a, self.b, self.c = nn.Linear(2, h), nn.Linear(h, h), nn.Linear(h, 2)
        nn.init.zeros_(self.c.weight)
        nn.init.zeros_(self.c.bias)

    def forward(self, x, t):
        h = nn.functional.silu(self.a(x) + self.time(t))
        return self.c(nn.functional.silu(self.b(h)))


angle = torch.rand(1000) * 2 * math.pi
points = torch.stack([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(1000, 2)
loader = DataLoader(TensorDataset(points), batch_size=100, shuffle=True)
model, average = Denoiser(), None
average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.95))
opt = torch.optim.AdamW(model.parameters(), lr=2e-3)
for epoch in range(5):
    for (x,) in loader:
        t = torch.randint(0, T, (len(x),))
        noise = torch.randn_like(x)
        a = alphas[t][:, None]
        loss = nn.functional.mse_loss(model(a.sqrt() * x + (1 - a).sqrt() * noise, t), noise)
        opt.zero_grad()
        loss.backward()
        opt.step()
        average.update_parameters(model)
    print(epoch, loss.item())


@torch.no_grad()
def sample(n):
    x = torch.randn(n, 2)
    for t in reversed(range(T)):
        e = average(x, torch.full((n,), t))
        x = (x - betas[t] / (1 - alphas[t]).sqrt() * e) / (1 - betas[t]).sqrt()
        if t:
            x = x + betas[t].sqrt() * torch.randn_like(x)
    return x


print(sample(100).norm(dim=1).mean().item())
