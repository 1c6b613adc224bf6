import torch
import torch.nn as nn


class Stack(nn.Module):
    def __init__(self, depth, d):
        super(Stack, self).__init__()
        self.order = []
        for i in range(depth):
            layer = nn.Linear(d, d)
            self.add_module('layer%d' % i, layer)
            self.order.append(layer)
        self.final = nn.Linear(d, 1)

    def forward(self, x):
        for layer in self.order:
            x = torch.tanh(layer(x))
        return self.final(x)


torch.manual_seed(10)
x = torch.randn(240, 6)
y = x[:, :3].sum(1, keepdim=True).sin()
net = Stack(2, 6)
opt = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(4):
    for b in torch.randperm(240).split(30):
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
