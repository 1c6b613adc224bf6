import copy
import torch
from torch import nn

torch.manual_seed(23)
act = nn.ReLU()
drop = nn.Dropout(0.05)
proto = nn.Linear(16, 16)
model = nn.Sequential(nn.Linear(6, 16), act, drop, copy.deepcopy(proto), act, drop, copy.deepcopy(proto), act, nn.Linear(16, 1))
x = torch.randn(240, 6)
y = (x[:, 0] - x[:, 1]).clamp(-1, 1).unsqueeze(1)
opt = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(3):
    model.train()
    for b in torch.randperm(240).split(24):
        loss = nn.functional.mse_loss(model(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
