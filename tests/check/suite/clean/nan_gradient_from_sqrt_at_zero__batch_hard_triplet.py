import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset, Sampler


class PKSampler(Sampler):
    def __init__(self, labels, p, k, batches):
        self.by_class = {c.item(): (labels == c).nonzero().flatten() for c in labels.unique()}
        self.p, self.k, self.batches = p, k, batches

    def __len__(self):
        return self.batches

    def __iter__(self):
        classes = list(self.by_class)
        for _ in range(self.batches):
            picked = [classes[i] for i in torch.randperm(len(classes))[: self.p]]
            yield torch.cat([self.by_class[c][torch.randperm(len(self.by_class[c]))[: self.k]] for c in picked]).tolist()


class People(Dataset):
    def __init__(self, n=240, classes=8):
        self.labels = torch.arange(n) % classes
        self.x = torch.randn(classes, 12)[self.labels] + 0.5 * torch.randn(n, 12)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.x[i], self.labels[i]


def pairwise_distances(emb):
    dot = emb @ emb.t()
    sq = dot.diagonal()
    d = (sq[None] - 2 * dot + sq[:, None]).clamp(min=0)
    mask = (d == 0).float()
    d = (d + mask * 1e-16).sqrt() * (1 - mask)
    return d


def batch_hard(emb, labels, margin=0.5):
    d = pairwise_distances(emb)
    same = labels[None] == labels[:, None]
    eye = torch.eye(len(labels), dtype=torch.bool)
    hardest_pos = (d * (same & ~eye)).amax(1)
    hardest_neg = (d + d.max() * same).amin(1)
    return F.relu(hardest_pos - hardest_neg + margin).mean()


torch.manual_seed(40)
people = People()
loader = DataLoader(people, batch_sampler=PKSampler(people.labels, 4, 5, 20))
net = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 8))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(3):
    for x, y in loader:
        loss = batch_hard(F.normalize(net(x), dim=1), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        d = pairwise_distances(F.normalize(net(people.x), dim=1)) + 10 * torch.eye(len(people))
        recall = (people.labels[d.argmin(1)] == people.labels).float().mean().item()
    net.train()
    print(epoch, loss.item(), recall)
