# losses of the two players go up and down, as they do
import torch
from torch import nn

torch.manual_seed(5)
G = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 2))
D = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 1))
og = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.99))
od = torch.optim.Adam(D.parameters(), lr=4e-3, betas=(0.5, 0.99))
for step in range(50):
    real = torch.randn(48, 2) * 0.2 + torch.tensor([3.0, -3.0])
    fake = G(torch.randn(48, 2))
    dl = nn.functional.softplus(-D(real)).mean() + nn.functional.softplus(D(fake.detach())).mean()
    od.zero_grad()
    dl.backward()
    od.step()
    gl = nn.functional.softplus(-D(fake)).mean()
    og.zero_grad()
    gl.backward()
    og.step()
    if step % 10 == 9:
        print(step + 1, "d", dl.item(), "g", gl.item())
