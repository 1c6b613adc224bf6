import torch
from torch import nn

torch.manual_seed(9)
net = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1))
opt = torch.optim.Adam(net.parameters(), lr=3e-3)
for epoch in range(3):
    epoch_losses = []
    for _ in range(15):
        x = torch.randn(32, 6)
        loss = nn.functional.mse_loss(net(x), x[:, :1] ** 2)
        opt.zero_grad()
        loss.backward()
        opt.step()
        epoch_losses.append(loss)  # expect: loss-accumulated-with-graph
    print(epoch, torch.stack(epoch_losses).mean().item())  # expect: loss-accumulated-with-graph
