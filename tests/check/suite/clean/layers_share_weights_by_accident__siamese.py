import torch
from torch import nn


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch = nn.Sequential(nn.Linear(8, 24), nn.ReLU(), nn.Linear(24, 6, bias=False))
        self.left = self.branch
        self.right = self.branch

    def forward(self, a, b):
        return (self.left(a) - self.right(b)).abs().sum(1)


torch.manual_seed(4)
centre = torch.randn(5, 8) * 1.5
ka, kb = torch.randint(0, 5, (2, 300))
flip = torch.rand(300) < 0.4
kb = torch.where(flip, ka, kb)
a, b = centre[ka] + 0.4 * torch.randn(300, 8), centre[kb] + 0.4 * torch.randn(300, 8)
same = (ka == kb).float()
net = Siamese()
opt = torch.optim.Adam(net.branch.parameters(), lr=5e-3)
for epoch in range(4):
    for i in torch.randperm(300).split(30):
        d = net(a[i], b[i])
        loss = nn.functional.binary_cross_entropy_with_logits(1 - d, same[i])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
