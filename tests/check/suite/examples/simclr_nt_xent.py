import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(17)


class TwoViews(Dataset):
    def __init__(self, x):
        self.x = x

    def __len__(self):
        return len(self.x)

    def view(self, x):
        return x * (torch.rand_like(x) > 0.1) + 0.2 * torch.randn_like(x)

    def __getitem__(self, i):
        return self.view(self.x[i]), self.view(self.x[i])


def nt_xent(a, b, t=0.2):
    z = F.normalize(torch.cat([a, b]), dim=1)
    s = z @ z.T / t
    s.fill_diagonal_(float("-inf"))
    n = len(a)
    positives = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(s, positives)


labels = torch.randint(0, 4, (320,))
x = torch.randn(4, 16)[labels] * 2 + torch.randn(320, 16)
encoder = nn.Sequential(nn.Linear(16, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Linear(48, 16))
projector = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 8))
opt = torch.optim.AdamW([*encoder.parameters(), *projector.parameters()], lr=2e-3)
for epoch in range(4):
    encoder.train()
    for a, b in DataLoader(TwoViews(x), batch_size=64, shuffle=True):
        loss = nt_xent(projector(encoder(a)), projector(encoder(b)))
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
encoder.eval()
with torch.no_grad():
    features = encoder(x)
probe = nn.Linear(16, 4)
fit = torch.optim.LBFGS(probe.parameters(), max_iter=20)


def closure():
    fit.zero_grad()
    loss = F.cross_entropy(probe(features), labels) + 1e-3 * probe.weight.pow(2).sum()
    loss.backward()
    return loss


fit.step(closure)
print((probe(features).argmax(1) == labels).float().mean().item())
