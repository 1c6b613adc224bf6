import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
net = nn.Linear(6, 1); opt = torch.optim.Adam(net.parameters(), 1e-2)
x = torch.randn(200, 6); quality = (x[:, 0] * 2 + 3).round().clamp(0, 5).long()
for _ in range(40):
    out = net(x).squeeze(1); loss = F.mse_loss(out, quality.float()); opt.zero_grad(); loss.backward(); opt.step()
    acc = (out.round() == quality).float().mean()
