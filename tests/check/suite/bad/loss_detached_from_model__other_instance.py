# regression on the mean absolute value, with a network of adjustable width
import torch
import torch.nn.functional as F

torch.manual_seed(14)


def make_net(width):
    return torch.nn.Sequential(torch.nn.Linear(5, width), torch.nn.ReLU(), torch.nn.Linear(width, 1))


x = torch.randn(250, 5)
y = x.abs().sum(1, keepdim=True) / 5
net = make_net(8)
opt = torch.optim.Adam(net.parameters(), lr=0.01)  # expect: loss-detached-from-model # also: optimizer-holds-stale-parameters
net = make_net(32)
for epoch in range(3):
    for b in torch.randperm(250).split(25):
        opt.zero_grad()
        loss = F.mse_loss(net(x[b]), y[b])  # expect: loss-detached-from-model
        loss.backward()  # expect: loss-detached-from-model
        opt.step()  # expect: loss-detached-from-model # also: parameters-missing-from-optimizer
    print(epoch, loss.item())
