import torch
import torch.nn as nn
import torch.nn.functional as F


class BayesianNet(nn.Module):
    """Dropout network with a method for Monte Carlo samples."""

    def __init__(self, d, p=0.15):
        super().__init__()
        self.p = p
        self.fc1, self.fc2 = nn.Linear(d, 40), nn.Linear(40, 2)

    def forward(self, x):
        return self.fc2(F.dropout(F.relu(self.fc1(x)), self.p, self.training))

    def mc_sample(self, x, n):
        draws = []
        for _ in range(n):
            # noise is wanted here although the module is in eval mode
            h = F.dropout(F.relu(self.fc1(x)), self.p, training=True)
            draws.append(self.fc2(h).softmax(1))
        return torch.stack(draws)


torch.manual_seed(25)
x = torch.randn(320, 6)
y = (x[:, 0] + x[:, 1] ** 2 > 1).long()
net = BayesianNet(6)
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    net.train()
    for b in torch.randperm(256).split(32):
        loss = F.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
net.eval()
with torch.no_grad():
    acc = (net(x[256:]).argmax(1) == y[256:]).float().mean().item()
    draws = net.mc_sample(x[256:], 12)
print("accuracy", acc, "mutual spread", draws.std(0).mean().item())
