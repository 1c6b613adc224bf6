import copy
import torch
import torch.nn as nn
import torch.nn.functional as F


class SimSiamLike(nn.Module):
    def __init__(self):
        super().__init__()
        self.online = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 8))
        self.predictor = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8))
        self.target = copy.deepcopy(self.online)
        for p in self.target.parameters():
            p.requires_grad = False

    def forward(self, a, b):
        pa, pb = self.predictor(self.online(a)), self.predictor(self.online(b))
        with torch.no_grad():
            ta, tb = self.target(a), self.target(b)
        return -(F.cosine_similarity(pa, tb).mean() + F.cosine_similarity(pb, ta).mean()) / 2

    @torch.no_grad()
    def update_target(self, m=0.98):
        for o, t in zip(self.online.parameters(), self.target.parameters()):
            t.mul_(m).add_(o, alpha=1 - m)


torch.manual_seed(66)
base = torch.randn(256, 10)
net = SimSiamLike()
opt = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=3e-3)
for epoch in range(3):
    for b in torch.randperm(256).split(32):
        v = base[b]
        loss = net(v + 0.1 * torch.randn_like(v), v + 0.1 * torch.randn_like(v))
        opt.zero_grad()
        loss.backward()
        opt.step()
        net.update_target()
    print(epoch, loss.item())
