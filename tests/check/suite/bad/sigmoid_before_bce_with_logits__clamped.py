import torch
from torch import nn

torch.manual_seed(0)
m = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 3))
o = torch.optim.Adam(m.parameters(), 1e-2)
x = torch.randn(320, 5)
y = (x[:, :3] > 0).float()
for e in range(3):
    for r in torch.randperm(320).split(32):
        p = torch.clamp(torch.sigmoid(m(x[r])), 1e-6, 1 - 1e-6)
        loss = nn.BCEWithLogitsLoss()(p, y[r])  # expect: sigmoid-before-bce-with-logits
        o.zero_grad()
        loss.backward()  # expect: sigmoid-before-bce-with-logits
        o.step()
    print(loss.item())
