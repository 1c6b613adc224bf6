# layers are skipped at random while training; activations of the rest are recomputed in backward
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class DropPathBlock(nn.Module):
    def __init__(self, d, survive):
        super().__init__()
        self.f = nn.Sequential(nn.LayerNorm(d), nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d))
        self.survive = survive

    def forward(self, x):
        if self.training:
            if torch.rand(()) > self.survive:
                return x
            return x + checkpoint(self.f, x, use_reentrant=False) / self.survive
        return x + self.f(x)


class Net(nn.Module):
    def __init__(self, d_in=6, d=24, depth=4):
        super().__init__()
        self.stem = nn.Linear(d_in, d)
        self.blocks = nn.Sequential(*[DropPathBlock(d, 1 - 0.3 * k / depth) for k in range(depth)])
        self.head = nn.Linear(d, 1)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x))).squeeze(-1)


torch.manual_seed(31)
x = torch.randn(352, 6)
y = torch.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]
net = Net()
opt = torch.optim.AdamW(net.parameters(), lr=4e-3)
swa = torch.optim.swa_utils.AveragedModel(net)
for epoch in range(5):
    net.train()
    for b in torch.randperm(288).split(36):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    if epoch >= 2:
        swa.update_parameters(net)
    net.eval()
    with torch.no_grad():
        print(epoch, nn.functional.mse_loss(net(x[288:]), y[288:]).item())
swa.eval()
with torch.no_grad():
    print("averaged", nn.functional.mse_loss(swa(x[288:]), y[288:]).item())
