import torch
import torch.nn.functional as F
from torch import nn


class DiscreteBottleneck(nn.Module):
    def __init__(self, d, symbols, classes):
        super().__init__()
        self.enc = nn.Linear(d, 3 * symbols)
        self.dec = nn.Linear(3 * symbols, classes)
        self.symbols = symbols

    def forward(self, x):
        logits = self.enc(x).view(len(x), 3, self.symbols)
        if self.training:
            z = F.gumbel_softmax(logits, tau=1.0, hard=True)
        else:
            z = F.one_hot(logits.argmax(-1), self.symbols).float()
        return self.dec(z.flatten(1))


torch.manual_seed(16)
x = torch.randn(400, 8)
y = x[:, :3].argmax(1)
net = DiscreteBottleneck(8, 6, 3)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    net.train()
    for b in torch.randperm(320).split(32):
        loss = F.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        print(epoch, (net(x[320:]).argmax(1) == y[320:]).float().mean().item())
