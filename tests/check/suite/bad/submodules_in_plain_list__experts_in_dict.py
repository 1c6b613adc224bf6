"""A mixture of experts keyed by the language of the sample."""
import torch
from torch import nn

torch.manual_seed(45)


class Expert(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.ff = nn.Sequential(nn.Linear(d, 2 * d), nn.ReLU(), nn.Linear(2 * d, d))

    def forward(self, x):
        return x + self.ff(x)


class Router(nn.Module):
    def __init__(self, d, names):
        super().__init__()
        self.embed = nn.Linear(4, d)
        self.experts = {n: Expert(d) for n in names}  # expect: submodules-in-plain-list
        self.out = nn.Linear(d, 2)

    def forward(self, x, name):
        return self.out(self.experts[name](self.embed(x)))  # expect: submodules-in-plain-list


LANGS = ("en", "de", "fr")
net = Router(12, LANGS)
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for step in range(30):
    lang = LANGS[step % 3]
    x = torch.randn(32, 4)
    y = ((x[:, LANGS.index(lang)] > 0) ^ (x[:, 3] > 0)).long()
    loss = nn.functional.cross_entropy(net(x, lang), y)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
print(loss.item())
