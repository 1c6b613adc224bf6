# Reptile: a throw-away copy is trained on each task, the original moves towards it
import copy
import torch
from torch import nn

torch.manual_seed(9)
meta = nn.Sequential(nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 1))
for it in range(12):
    a, ph = 1 + torch.rand(1), torch.rand(1) * 3
    x = torch.rand(40, 1) * 6 - 3
    y = a * torch.sin(x + ph)
    learner = copy.deepcopy(meta)
    opt = torch.optim.SGD(learner.parameters(), lr=0.05)
    for b in torch.randperm(40).split(10):
        loss = nn.functional.mse_loss(learner(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    with torch.no_grad():
        for m, l in zip(meta.parameters(), learner.parameters()):
            m.add_(l - m, alpha=0.3)
    if it % 4 == 3:
        print("task", it + 1, "last inner loss", loss.item())
