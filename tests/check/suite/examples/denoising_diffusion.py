import math
import torch
import torch.nn as nn
import torch.nn.functional as F


class SinusoidalEmbedding(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, t):
        half = self.size // 2
        freq = torch.exp(-math.log(1000.0) * torch.arange(half) / (half - 1))
        a = t[:, None].float() * freq[None]
        return torch.cat([a.sin(), a.cos()], dim=-1)


class NoiseNet(nn.Module):
    def __init__(self, hidden=48, emb=16):
        super().__init__()
        self.time = SinusoidalEmbedding(emb)
        self.inp = nn.Linear(2 + emb, hidden)
        self.blocks = nn.ModuleList([nn.Linear(hidden, hidden) for _ in range(2)])
        self.out = nn.Linear(hidden, 2)

    def forward(self, x, t):
        h = F.gelu(self.inp(torch.cat([x, self.time(t)], 1)))
        for layer in self.blocks:
            h = h + F.gelu(layer(h))
        return self.out(h)


class DDPM:
    def __init__(self, steps=40, beta_start=1e-3, beta_end=0.15):
        self.steps = steps
        self.betas = torch.linspace(beta_start, beta_end, steps)
        self.alphas = 1 - self.betas
        self.alpha_bar = torch.cumprod(self.alphas, 0)

    def add_noise(self, x, noise, t):
        a = self.alpha_bar[t][:, None]
        return a.sqrt() * x + (1 - a).sqrt() * noise

    @torch.no_grad()
    def sample(self, net, n):
        net.eval()
        x = torch.randn(n, 2)
        for k in reversed(range(self.steps)):
            t = torch.full((n,), k)
            eps = net(x, t)
            x = (x - self.betas[k] / (1 - self.alpha_bar[k]).sqrt() * eps) / self.alphas[k].sqrt()
            if k > 0:
                x = x + self.betas[k].sqrt() * torch.randn_like(x)
        net.train()
        return x


torch.manual_seed(8)
angle = 6.2832 * torch.rand(512)
ring = torch.stack([angle.cos(), angle.sin()], 1) * 1.4 + 0.05 * torch.randn(512, 2)
net, ddpm = NoiseNet(), DDPM()
ema = {k: v.clone() for k, v in net.state_dict().items()}
opt = torch.optim.AdamW(net.parameters(), lr=4e-3)
for epoch in range(4):
    net.train()
    total = 0.0
    for b in torch.randperm(512).split(64):
        noise = torch.randn(64, 2)
        t = torch.randint(0, ddpm.steps, (64,))
        loss = F.mse_loss(net(ddpm.add_noise(ring[b], noise, t), t), noise)
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        with torch.no_grad():
            for k, v in net.state_dict().items():
                ema[k].lerp_(v, 0.1)
        total += loss.item() / 8
    print(f"epoch {epoch} loss {total:.4f}")
net.load_state_dict(ema)
print("mean radius", ddpm.sample(net, 64).norm(dim=1).mean().item())
