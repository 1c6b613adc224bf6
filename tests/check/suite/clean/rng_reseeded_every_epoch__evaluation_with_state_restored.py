# the evaluation draws the same noise every time, and training goes on with its own random numbers
import torch
from torch import nn

torch.manual_seed(3)
x = torch.randn(300, 5)
net = nn.Sequential(nn.Linear(5, 24), nn.ReLU(), nn.Linear(24, 5))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)


def evaluate():
    state = torch.get_rng_state()
    torch.manual_seed(777)
    noisy = x[240:] + 0.2 * torch.randn(60, 5)
    net.eval()
    with torch.no_grad():
        value = nn.functional.mse_loss(net(noisy), x[240:]).item()
    net.train()
    torch.set_rng_state(state)
    return value


for epoch in range(4):
    for b in torch.randperm(240).split(24):
        loss = nn.functional.mse_loss(net(x[b] + 0.2 * torch.randn(24, 5)), x[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, evaluate())
