import torch
from torch import nn

torch.manual_seed(99)
G = nn.Sequential(nn.Linear(3, 20), nn.ReLU(), nn.Linear(20, 1))
D = nn.Sequential(nn.Linear(1, 20), nn.LeakyReLU(0.2), nn.Linear(20, 1))
g_opt = torch.optim.Adam(G.parameters(), lr=1e-3)
d_opt = torch.optim.Adam(D.parameters(), lr=1e-3)
loss_fn = nn.BCEWithLogitsLoss()

for step in range(40):
    real = 2 + 0.5 * torch.randn(64, 1)
    fake = G(torch.randn(64, 3))

    D.zero_grad()
    d_loss = loss_fn(D(real), torch.ones(64, 1)) + loss_fn(D(fake.detach()), torch.zeros(64, 1))
    d_loss.backward()
    d_opt.step()

    # this backward also fills D's gradients, the zero_grad above drops them
    G.zero_grad()
    g_loss = loss_fn(D(fake), torch.ones(64, 1))
    g_loss.backward()
    g_opt.step()
    if step % 10 == 9:
        print(f"{step + 1}: d {d_loss.item():.3f} g {g_loss.item():.3f} mean {fake.mean().item():.3f}")
