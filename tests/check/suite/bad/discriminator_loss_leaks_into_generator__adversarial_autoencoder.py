import torch, torch.nn as nn, torch.nn.functional as F
torch.manual_seed(31)

X = torch.rand(300, 3) @ torch.rand(3, 12)
X = (X - X.mean(0)) / X.std(0)
Q = nn.Sequential(nn.Linear(12, 20), nn.ReLU(), nn.Linear(20, 2))   # encoder
P = nn.Sequential(nn.Linear(2, 20), nn.ReLU(), nn.Linear(20, 12))   # decoder
D = nn.Sequential(nn.Linear(2, 20), nn.ReLU(), nn.Linear(20, 1))
ae_opt = torch.optim.Adam(list(Q.parameters()) + list(P.parameters()), lr=2e-3)
d_opt = torch.optim.Adam(D.parameters(), lr=1e-3)

for ep in range(4):
    for idx in torch.randperm(300).split(30):
        x = X[idx]
        ae_opt.zero_grad()
        d_opt.zero_grad()
        z_prior = torch.randn(30, 2)
        z = Q(x)
        d_loss = F.softplus(-D(z_prior)).mean() + F.softplus(D(z)).mean()  # expect: discriminator-loss-leaks-into-generator
        d_loss.backward()  # expect: discriminator-loss-leaks-into-generator
        d_opt.step()

        z = Q(x)
        rec = F.mse_loss(P(z), x)
        fool = F.softplus(-D(z)).mean()
        (rec + 0.1 * fool).backward()
        ae_opt.step()  # expect: discriminator-loss-leaks-into-generator
    print(ep, 'rec %.4f d %.4f' % (rec.item(), d_loss.item()))
