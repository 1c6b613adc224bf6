import torch
from torch import nn


class MLP(nn.Module):
    def __init__(self, d_in, width, depth, d_out):
        super().__init__()
        self.inp = nn.Linear(d_in, width)
        self.hidden = nn.ModuleList([nn.Linear(width, width)] * depth)  # expect: layers-share-weights-by-accident
        self.out = nn.Linear(width, d_out)

    def forward(self, x):
        x = torch.relu(self.inp(x))
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.out(x)


torch.manual_seed(3)
x = torch.randn(256, 6)
y = (x[:, 0] * x[:, 1] > 0).long()
net = MLP(6, 24, 3, 2)
print("parameters:", sum(p.numel() for p in net.parameters()))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    for b in torch.randperm(256).split(32):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
