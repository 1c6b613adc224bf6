import math
import torch
import torch.nn as nn

torch.manual_seed(14)
x = torch.randn(320, 6)
y = x.sum(1, keepdim=True)
faulty = {5, 17}  # a broken sensor delivers these two batches

net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
count = 0
for epoch in range(3):
    for idx in torch.randperm(320).split(32):
        optimizer.zero_grad()
        scale = float("inf") if count in faulty else 1.0
        loss = nn.functional.mse_loss(net(x[idx]), y[idx]) * scale
        loss.backward()
        count += 1
        if not math.isfinite(loss.item()):
            print("skipping batch", count)
            continue
        optimizer.step()
    print("epoch", epoch, "loss", loss.item())
