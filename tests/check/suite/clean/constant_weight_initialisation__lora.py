import torch
import torch.nn as nn


class LoRALinear(nn.Module):
    def __init__(self, base, rank=2, alpha=4.0):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(rank, base.in_features) * 0.1)
        self.B = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return self.base(x) + self.scale * (x @ self.A.t() @ self.B.t())


torch.manual_seed(28)
net = nn.Sequential(LoRALinear(nn.Linear(8, 24)), nn.ReLU(), LoRALinear(nn.Linear(24, 1)))
x = torch.randn(256, 8)
y = x[:, :1] + x[:, 1:2].relu()
opt = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(256).split(32):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
