import torch
import torch.nn as nn

torch.manual_seed(0)
device = "cpu"
latent = 6
G = nn.Sequential(nn.Linear(latent, 32), nn.LeakyReLU(0.2), nn.Linear(32, 2)).to(device)
D = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)).to(device)
bce = nn.BCEWithLogitsLoss()
optG = torch.optim.Adam(G.parameters(), lr=1e-3, betas=(0.5, 0.99))
optD = torch.optim.Adam(D.parameters(), lr=1e-3, betas=(0.5, 0.99))
scaler = torch.amp.GradScaler(device, init_scale=1024.0)


def real_batch(n):
    t = torch.rand(n, 1) * 6.283
    return torch.cat([t.cos(), t.sin()], 1)


for it in range(30):
    real = real_batch(64)
    z = torch.randn(64, latent)
    with torch.autocast(device, dtype=torch.bfloat16):
        fake = G(z)
        pred = D(torch.cat([real, fake.detach().float()]))
        lossD = bce(pred, torch.cat([torch.ones(64, 1), torch.zeros(64, 1)]))
    optD.zero_grad()
    scaler.scale(lossD).backward()
    scaler.step(optD)

    with torch.autocast(device, dtype=torch.bfloat16):
        lossG = bce(D(fake), torch.ones(64, 1))
    optG.zero_grad()
    scaler.scale(lossG).backward()
    optG.step()  # expect: grad-scaler-bypassed
    scaler.update()
    if it % 10 == 0:
        print(it, lossD.item(), lossG.item())
