import torch
from torch import nn

torch.manual_seed(2)
x = torch.randn(256, 5)
kind = x[:, :4].argmax(1)
target = kind.float().unsqueeze(1).expand(-1, 4).contiguous()  # expect: *
model = nn.Sequential(nn.Linear(5, 20), nn.Tanh(), nn.Linear(20, 4))
opt = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(4):
    for b in torch.randperm(256).split(32):
        loss = nn.functional.cross_entropy(model(x[b]), target[b])  # expect: *
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
