import torch
from torch import nn

torch.manual_seed(19)


def rbf(a, b, gamma=0.5):
    return torch.exp(-gamma * (a[:, None] - b[None]).pow(2).sum(-1))


def mmd(a, b):
    return rbf(a, a).mean() + rbf(b, b).mean() - 2 * rbf(a, b).mean()


def ranking(scores, relevance):
    """Pairwise logistic ranking loss over all pairs of a list."""
    s = scores[:, None] - scores[None, :]
    r = torch.sign(relevance[:, None] - relevance[None, :])
    return nn.functional.softplus(-s * r)[r != 0].mean()


encoder = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 2))
scorer = nn.Linear(2, 1)
optimizer = torch.optim.Adam([*encoder.parameters(), *scorer.parameters()], lr=3e-3)
for step in range(50):
    source, other = torch.randn(40, 5), torch.randn(40, 5) + 0.7
    zs, zo = encoder(source), encoder(other)
    relevance = source[:, 0] + 0.1 * torch.randn(40)
    loss = ranking(scorer(zs).squeeze(1), relevance) + mmd(zs, zo)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
