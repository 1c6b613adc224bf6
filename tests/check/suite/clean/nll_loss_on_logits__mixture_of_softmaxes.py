# mixture of softmaxes: log of a weighted sum of probabilities, then NLL
import torch
import torch.nn as nn
import torch.nn.functional as F


class MoS(nn.Module):
    def __init__(self, d, k, classes):
        super().__init__()
        self.prior = nn.Linear(d, k)
        self.experts = nn.Linear(d, k * classes)
        self.k = k

    def forward(self, h):
        pi = F.log_softmax(self.prior(h), dim=-1).unsqueeze(-1)
        lp = F.log_softmax(self.experts(h).view(len(h), self.k, -1), dim=-1)
        return torch.logsumexp(pi + lp, dim=1)


torch.manual_seed(14)
x = torch.randn(320, 5)
y = (x[:, 0] * x[:, 1] > 0).long() * 2 + (x[:, 2] > 0).long()
net = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), MoS(32, 3, 4))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(320).split(40):
        loss = F.nll_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
