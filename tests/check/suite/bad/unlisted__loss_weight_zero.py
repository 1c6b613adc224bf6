import torch
from torch import nn

CONFIG = {"kl_weight": 0.1, "warmup": 0, "rec_weight": 1}


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc, self.dec = nn.Linear(8, 3), nn.Linear(3, 8)

    def forward(self, x):
        return self.dec(torch.tanh(self.enc(x)))


def weight(epoch, cfg):
    return cfg["rec_weight"] * min(epoch, cfg["warmup"])  # expect: *


torch.manual_seed(6)
x = torch.randn(256, 8)
ae = Autoencoder()
opt = torch.optim.Adam(ae.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(256).split(32):
        rec = nn.functional.mse_loss(ae(x[b]), x[b])
        loss = weight(epoch, CONFIG) * rec  # expect: *
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, rec.item())
