import torch
import torch.nn.functional as F


def ranknet(score, relevance):
    """score, relevance: (N,). Every pair with different relevance counts."""
    diff = score[:, None] - score[None, :]
    sign = torch.sign(relevance[:, None] - relevance[None, :])
    return F.softplus(-sign * diff)[sign != 0].mean()


torch.manual_seed(15)
docs = torch.randn(300, 7)
rel = (docs[:, 0] + 0.5 * docs[:, 1] > 0).float() + (docs[:, 2] > 1).float()
ranker = torch.nn.Sequential(torch.nn.Linear(7, 20), torch.nn.ReLU(), torch.nn.Linear(20, 1))
optim = torch.optim.Adam(ranker.parameters(), lr=5e-3)
for epoch in range(3):
    for q in torch.randperm(300).split(20):
        loss = ranknet(ranker(docs[q]).squeeze(1), rel[q])
        optim.zero_grad()
        loss.backward()
        optim.step()
    print("epoch", epoch, "pair loss", loss.item())
