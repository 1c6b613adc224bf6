import torch
from torch import nn

torch.manual_seed(20)
t = torch.linspace(0, 6.28, 40)
phase = torch.rand(60, 1) * 6.28
seqs = torch.sin(t[None] + phase)
cell = nn.LSTMCell(1, 16)
linear = nn.Linear(16, 1)
optim = torch.optim.Adam([*cell.parameters(), *linear.parameters()], lr=0.01)
for epoch in range(3):
    for idx in torch.randperm(60).split(20):
        x = seqs[idx]
        h = c = torch.zeros(20, 16)
        outs = []
        for k in range(x.size(1) - 1):
            h, c = cell(x[:, k:k + 1], (h, c))
            outs.append(linear(h))
        loss = nn.functional.mse_loss(torch.cat(outs, 1), x[:, 1:])
        optim.zero_grad()
        loss.backward()
        optim.step()
    print(epoch, loss.item())
