import torch
from torch import nn

torch.manual_seed(3)
trunk = nn.Sequential(nn.Linear(8, 32), nn.ReLU())
heads = nn.ModuleList(nn.Linear(32, 3) for _ in range(4))
opt = torch.optim.Adam([*trunk.parameters(), *heads.parameters()], lr=3e-3)
w = torch.randn(4, 8, 3)
for step in range(30):
    opt.zero_grad()
    for k, head in enumerate(heads):
        x = torch.randn(24, 8) + 0.1 * k
        loss = nn.functional.cross_entropy(head(trunk(x)), (x @ w[k]).argmax(1))
        loss.backward()
    opt.step()
print(loss.item())
