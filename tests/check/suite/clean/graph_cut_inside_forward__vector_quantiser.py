import torch
from torch import nn
import torch.nn.functional as F


class VQVAE(nn.Module):
    def __init__(self, d_in, d, k):
        super().__init__()
        self.enc, self.dec = nn.Linear(d_in, d), nn.Linear(d, d_in)
        self.codebook = nn.Embedding(k, d)
        nn.init.uniform_(self.codebook.weight, -1, 1)

    def forward(self, x):
        z = self.enc(x)
        with torch.no_grad():
            idx = torch.cdist(z, self.codebook.weight).argmin(1)
        q = self.codebook(idx)
        commit = F.mse_loss(z, q.detach())
        code = F.mse_loss(q, z.detach())
        q = z + (q - z).detach()
        return self.dec(q), code + 0.25 * commit


torch.manual_seed(4)
centres = torch.randn(6, 8)
x = centres[torch.randint(0, 6, (300,))] + 0.1 * torch.randn(300, 8)
net = VQVAE(8, 4, 12)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        rec, vq = net(x[b])
        loss = F.mse_loss(rec, x[b]) + vq
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
