import torch
from torch import nn

torch.manual_seed(90)
x = torch.randn(288, 12)
y = torch.relu(x[:, :1]) + torch.relu(-x[:, 1:2])
body = nn.Sequential(nn.Linear(12, 24), nn.ReLU())
head = nn.Linear(24, 1)
opts = [torch.optim.Adam(body.parameters(), lr=3e-3), torch.optim.SGD(head.parameters(), lr=0.02)]
scaler = torch.amp.GradScaler("cpu", init_scale=64.0)
for epoch in range(4):
    total = 0.0
    for b in torch.randperm(288).split(36):
        loss = nn.functional.smooth_l1_loss(head(body(x[b])), y[b])
        scaler.scale(loss).backward()
        for o in opts:
            scaler.step(o)
        scaler.update()
        for o in opts:
            o.zero_grad()
        total += loss.item() / 8
    print(f"{epoch} {total:.4f}")
