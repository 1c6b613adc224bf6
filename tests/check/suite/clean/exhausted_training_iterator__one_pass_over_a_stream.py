import torch
from torch import nn


def sensor(n):
    for _ in range(n):
        x = torch.randn(24, 3)
        yield x, x @ torch.tensor([[0.5], [-1.0], [2.0]]) + 0.05 * torch.randn(24, 1)


torch.manual_seed(23)
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.05)
stream = sensor(40)
# the stream is read once; its second half only measures
for k, (x, y) in enumerate(stream):
    if k < 30:
        loss = nn.functional.mse_loss(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    else:
        with torch.no_grad():
            loss = nn.functional.mse_loss(net(x), y)
    if k % 10 == 9:
        print(k + 1, loss.item())
