# the critic's optimizer rests while the generator is warmed up on its own, and the other way round
import torch
from torch import nn

torch.manual_seed(80)
gen = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
critic = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
g_opt = torch.optim.Adam(gen.parameters(), lr=2e-3)
c_opt = torch.optim.Adam(critic.parameters(), lr=2e-3)
for i in range(36):
    real = torch.randn(32, 2) * torch.tensor([1.0, 0.2])
    if i < 10:
        loss = (gen(torch.randn(32, 2)).mean(0) - real.mean(0)).pow(2).sum()
        g_opt.zero_grad()
        loss.backward()
        g_opt.step()
        continue
    fake = gen(torch.randn(32, 2)).detach()
    c_loss = nn.functional.softplus(-critic(real)).mean() + nn.functional.softplus(critic(fake)).mean()
    c_opt.zero_grad()
    c_loss.backward()
    c_opt.step()
    if i >= 16:
        g_loss = nn.functional.softplus(-critic(gen(torch.randn(32, 2)))).mean()
        g_opt.zero_grad()
        g_loss.backward()
        g_opt.step()
        if i % 10 == 9:
            print(i, c_loss.item(), g_loss.item())
