import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
enc = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8)); pred = nn.Linear(8, 8)
opt = torch.optim.SGD([*enc.parameters(), *pred.parameters()], 0.05)
for _ in range(40):
    x = torch.randn(32, 8)
    z1, z2 = enc(x + .1 * torch.randn_like(x)), enc(x + .1 * torch.randn_like(x))
    loss = -F.cosine_similarity(pred(z1), z2.detach()).mean() / 2 - F.cosine_similarity(pred(z2), z1.detach()).mean() / 2
    opt.zero_grad(); loss.backward(); opt.step()
