import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
target, predictor = nn.Linear(6, 8).eval(), nn.Linear(6, 8)
opt = torch.optim.Adam(predictor.parameters(), 1e-2)
for _ in range(30):
    x = torch.randn(32, 6)
    loss = F.mse_loss(predictor(x), target(x).detach()); opt.zero_grad(); loss.backward(); opt.step()
