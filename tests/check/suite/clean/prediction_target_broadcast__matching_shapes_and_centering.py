import numpy as np
import torch
from torch import nn

np.random.seed(5)
torch.manual_seed(5)
inputs = np.random.randn(300, 4).astype("float32")
targets = (inputs ** 2).sum(axis=1, keepdims=True).astype("float32")
inputs, targets = torch.from_numpy(inputs), torch.from_numpy(targets)
mu, sd = targets.mean(dim=0), targets.std(dim=0)
net = nn.Sequential(nn.Linear(4, 40), nn.ReLU(), nn.Linear(40, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(4):
    for b in torch.randperm(300).split(30):
        out = net(inputs[b])
        loss = ((out - (targets[b] - mu) / sd) ** 2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
