import torch
from torch import nn

torch.manual_seed(27)
x = torch.randn(240, 8)
y = torch.sin(x[:, :1]) + x[:, 1:2]
trunk, head = nn.Sequential(nn.Linear(8, 24), nn.Tanh()), nn.Linear(24, 1)
opt_head = torch.optim.Adam(head.parameters(), lr=1e-2)
opt_trunk = None
for epoch in range(5):
    if epoch == 1:
        # the trunk joins with an optimizer of its own after one epoch
        opt_trunk = torch.optim.Adam(trunk.parameters(), lr=2e-3)
    for b in torch.randperm(240).split(24):
        loss = nn.functional.mse_loss(head(trunk(x[b])), y[b])
        head.zero_grad()
        trunk.zero_grad()
        loss.backward()
        opt_head.step()
        if opt_trunk is not None:
            opt_trunk.step()
    print("epoch", epoch, "loss", loss.item())
