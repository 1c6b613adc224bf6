import copy
import torch
from torch import nn

torch.manual_seed(14)
online = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
target = copy.deepcopy(online).requires_grad_(False)
opt = torch.optim.Adam(online.parameters(), lr=5e-3)
state = torch.randn(320, 4)
reward = state.sum(1, keepdim=True)
succ = 0.9 * state + 0.1 * torch.randn(320, 4)
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        with torch.no_grad():
            goal = reward[b] + 0.5 * target(succ[b])
        loss = nn.functional.mse_loss(online(state[b]), goal)
        opt.zero_grad()
        loss.backward()
        opt.step()
        for p, q in zip(online.parameters(), target.parameters()):
            p.data.mul_(0.05).add_(q.data, alpha=0.95)  # expect: *
    print(epoch, loss.item())
