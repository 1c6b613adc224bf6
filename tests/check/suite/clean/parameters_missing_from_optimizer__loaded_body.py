import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)

body = nn.Sequential(nn.Linear(8, 16), nn.ReLU())
state = {k: v.clone() for k, v in body.state_dict().items()}
body.load_state_dict(state)
head = nn.Linear(16, 2)
opt = torch.optim.Adam(head.parameters(), 1e-2)
x = torch.randn(128, 8); y = (x[:, 0] > 0).long()
for _ in range(30):
    loss = F.cross_entropy(head(body(x)), y); opt.zero_grad(); loss.backward(); opt.step()
