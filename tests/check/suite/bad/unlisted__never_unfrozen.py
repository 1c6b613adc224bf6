import torch
from torch import nn

# first the head alone, then everything
torch.manual_seed(24)
x = torch.randn(320, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
body = nn.Sequential(nn.Linear(10, 24), nn.ReLU())
head = nn.Linear(24, 2)
for p in body.parameters():
    p.requires_grad = False  # expect: *


def run(params, epochs, lr):
    opt = torch.optim.Adam(params, lr=lr)  # expect: *
    for epoch in range(epochs):
        for b in torch.randperm(320).split(32):
            loss = nn.functional.cross_entropy(head(body(x[b])), y[b])
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, loss.item())


run(head.parameters(), 2, 1e-2)
run([*body.parameters(), *head.parameters()], 4, 2e-3)  # expect: *
