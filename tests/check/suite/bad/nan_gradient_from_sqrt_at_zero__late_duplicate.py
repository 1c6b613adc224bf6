import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
net = nn.Linear(8, 4); opt = torch.optim.Adam(net.parameters(), 1e-2)
x = torch.randn(96, 8)
for i in range(120):
    b = x[torch.randint(0, 96, (16,))].clone()
    if i >= 60: b[0] = b[1]
    z = net(b)
    d = (z[0] - z[1]).pow(2).sum().sqrt()  # expect: nan-gradient-from-sqrt-at-zero
    loss = d + z.pow(2).mean()
    opt.zero_grad(); loss.backward(); opt.step()
