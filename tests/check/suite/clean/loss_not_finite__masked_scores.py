# causal attention by hand: infinite scores are put in, and the softmax takes them out
import torch
from torch import nn

torch.manual_seed(3)
T, D = 6, 8
embed, out = nn.Embedding(10, D), nn.Linear(D, 10)
q, k = nn.Linear(D, D), nn.Linear(D, D)
params = [*embed.parameters(), *out.parameters(), *q.parameters(), *k.parameters()]
opt = torch.optim.Adam(params, lr=1e-2)
mask = torch.triu(torch.ones(T, T, dtype=torch.bool), 1)
text = torch.randint(0, 10, (48, T + 1))
for step in range(24):
    rows = text[torch.randperm(48)[:16]]
    h = embed(rows[:, :-1])
    scores = (q(h) @ k(h).transpose(1, 2) / D**0.5).masked_fill(mask, float("-inf"))
    h = scores.softmax(-1) @ h
    loss = nn.functional.cross_entropy(out(h).flatten(0, 1), rows[:, 1:].flatten())
    opt.zero_grad()
    loss.backward()
    opt.step()
