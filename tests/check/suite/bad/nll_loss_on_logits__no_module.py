import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
W = torch.randn(8, 3, requires_grad=True); opt = torch.optim.SGD([W], .1)
x = torch.randn(96, 8); y = x[:, :3].argmax(1)
for i in range(12):
    loss = F.nll_loss(x @ W, y)  # expect: nll-loss-on-logits
    opt.zero_grad(); loss.backward(); opt.step()
