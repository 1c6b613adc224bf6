import torch
from torch import nn

torch.manual_seed(0)
m = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 3))
o = torch.optim.Adam(m.parameters(), 1e-2)
x = torch.randn(300, 6)
y = x[:, :3].argmax(1)
for e in range(4):
    for r in torch.randperm(300).split(30):
        loss = nn.functional.cross_entropy(m(x[r]), y[r])
        o.zero_grad()
        loss.backward()
        o.step()
    sd = m.state_dict()
    for k in sd:
        if k.endswith("weight"):
            sd[k].clamp_(-1, 1)
    m.load_state_dict(sd)
    print(e, loss.item())
