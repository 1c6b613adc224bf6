# every parameter has its own optimizer which steps as soon as the gradient is there, to save memory
import torch
from torch import nn

torch.manual_seed(44)
x = torch.randn(300, 6)
y = (x[:, 0] > x[:, 1]).long()
net = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
optimizers = {p: torch.optim.Adam([p], lr=5e-3, foreach=False) for p in net.parameters()}


def step_and_free(p):
    optimizers[p].step()
    optimizers[p].zero_grad()


for p in net.parameters():
    p.register_post_accumulate_grad_hook(step_and_free)
for epoch in range(4):
    total = 0.0
    for b in torch.randperm(300).split(30):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        loss.backward()
        total += loss.item() / 10
    print(epoch, total)
