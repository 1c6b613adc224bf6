# losses of several time horizons are summed on purpose, one backward for the sum
import torch
from torch import nn

torch.manual_seed(3)
t = torch.arange(24.0)
series = torch.sin(0.3 * t + torch.rand(180, 1) * 6.28)
cell, read = nn.GRUCell(1, 20), nn.Linear(20, 1)
opt = torch.optim.Adam([*cell.parameters(), *read.parameters()], lr=5e-3)
for epoch in range(3):
    epoch_loss = 0.0
    for b in torch.randperm(180).split(30):
        h = torch.zeros(30, 20)
        loss = 0
        for k in range(23):
            h = cell(series[b, k:k + 1], h)
            loss = loss + nn.functional.mse_loss(read(h), series[b, k + 1:k + 2]) / 23
        opt.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*cell.parameters(), *read.parameters()], 1.0)
        opt.step()
        epoch_loss += loss.item() / 6
    print(epoch, epoch_loss)
