import torch
from torch import nn


class Two(nn.Module):
    def __init__(s):
        super().__init__()
        enc = nn.Linear(6, 12)
        s.towers = nn.ModuleDict({"query": enc, "document": enc})

    def forward(s, q, d):
        return nn.functional.cosine_similarity(s.towers["query"](q), s.towers["document"](d))


torch.manual_seed(0)
m = Two()
o = torch.optim.Adam(m.parameters(), 1e-2)
for i in range(30):
    q = torch.randn(32, 6)
    d = torch.where(torch.rand(32, 1) < 0.5, q + 0.1 * torch.randn(32, 6), torch.randn(32, 6))
    y = ((q - d).norm(dim=1) < 1).float()
    loss = (m(q, d) - y).square().mean()
    o.zero_grad()
    loss.backward()
    o.step()
print(loss.item())
