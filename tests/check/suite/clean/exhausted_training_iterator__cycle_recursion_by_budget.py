"""Training by a budget of samples: the loader is restarted when it runs out."""
import torch
from torch import nn
from torch.utils.data import DataLoader, RandomSampler, TensorDataset, WeightedRandomSampler

torch.manual_seed(99)


class Feed:
    def __init__(self, loader):
        self.loader, self.it, self.rounds = loader, iter(loader), 0

    def __call__(self):
        try:
            return next(self.it)
        except StopIteration:
            self.rounds += 1
            self.it = iter(self.loader)
            return self()


def train(net, opt, feeds, budget, seen=0):
    if seen >= budget:
        return seen
    parts = [feed() for feed in feeds]
    x, y = (torch.cat(t) for t in zip(*parts))
    opt.zero_grad()
    loss = nn.functional.cross_entropy(net(x), y, weight=torch.tensor([0.4, 0.6]))
    loss.backward()
    opt.step()
    return train(net, opt, feeds, budget, seen + len(x))


x = torch.randn(220, 5)
y = (x[:, 0] > 0.8).long()
data = TensorDataset(x, y)
weights = torch.where(y == 1, 1 / y.sum(), 1 / (1 - y).sum())
feeds = [
    Feed(DataLoader(data, 24, sampler=RandomSampler(data))),
    Feed(DataLoader(data, 8, sampler=WeightedRandomSampler(weights.tolist(), 160))),
]
net = nn.Sequential(nn.Linear(5, 24), nn.LeakyReLU(), nn.Linear(24, 2))
opt = torch.optim.Adagrad(net.parameters(), lr=0.05)
print(train(net, opt, feeds, 1200), [f.rounds for f in feeds])
