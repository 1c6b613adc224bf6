import torch
from torch import nn

torch.manual_seed(13)
x = torch.randn(240, 10)
y = x[:, :2].sum(1, keepdim=True)
body, h1, h2 = nn.Sequential(nn.Linear(10, 20), nn.Tanh()), nn.Linear(20, 1), nn.Linear(20, 1)
opt = torch.optim.SGD([*body.parameters(), *h1.parameters(), *h2.parameters()], lr=0.05)
for epoch in range(4):
    for b in torch.randperm(240).split(40):
        z = body(x[b])
        first = nn.functional.mse_loss(h1(z), y[b])
        second = nn.functional.l1_loss(h2(z), y[b].abs())
        opt.zero_grad()
        first.backward(retain_graph=True)
        second.backward()
        opt.step()
    print(epoch, round(first.item(), 4), round(second.item(), 4))
