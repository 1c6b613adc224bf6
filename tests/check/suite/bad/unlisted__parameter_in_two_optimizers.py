import torch
from torch import nn

torch.manual_seed(13)
enc, cls, rec = nn.Linear(10, 16), nn.Linear(16, 2), nn.Linear(16, 10)
opt_cls = torch.optim.Adam([*enc.parameters(), *cls.parameters()], lr=5e-3)
opt_rec = torch.optim.SGD([*enc.parameters(), *rec.parameters()], lr=0.05, momentum=0.9)  # expect: *
x = torch.randn(320, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
for epoch in range(4):
    for b in torch.randperm(320).split(32):
        h = torch.tanh(enc(x[b]))
        loss = nn.functional.cross_entropy(cls(h), y[b]) + nn.functional.mse_loss(rec(h), x[b])
        opt_cls.zero_grad()
        opt_rec.zero_grad()
        loss.backward()
        opt_cls.step()
        opt_rec.step()  # expect: *
    print(epoch, loss.item())
