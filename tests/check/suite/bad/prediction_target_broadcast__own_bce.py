import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
net = nn.Linear(8, 1); opt = torch.optim.Adam(net.parameters(), 1e-2)
x = torch.randn(96, 8); y = (x[:, 0] > 0).float()
for i in range(12):
    p = torch.sigmoid(net(x))
    loss = -(y * torch.log(p + 1e-7) + (1 - y) * torch.log(1 - p + 1e-7)).mean()  # expect: prediction-target-broadcast
    opt.zero_grad(); loss.backward(); opt.step()
