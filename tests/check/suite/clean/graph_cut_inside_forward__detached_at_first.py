import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
b = nn.Linear(8, 16); h = nn.Linear(16, 2)
opt = torch.optim.Adam([*b.parameters(), *h.parameters()], 1e-2)
x = torch.randn(128, 8); y = (x[:, 0] > 0).long()
for e in range(60):
    f = torch.relu(b(x))
    if e < 40: f = f.detach()
    loss = F.cross_entropy(h(f), y); opt.zero_grad(); loss.backward(); opt.step()
