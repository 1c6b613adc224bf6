# own generators: the one of the validation starts afresh every epoch, the one of the training does not
import torch
from torch import nn

torch.manual_seed(53)
g_train = torch.Generator().manual_seed(1)
g_valid = torch.Generator()
x = torch.randn(320, 4)
y = x[:, :2].sum(1, keepdim=True)
net = nn.Sequential(nn.Linear(4, 20), nn.ReLU(), nn.Linear(20, 1))
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
for epoch in range(4):
    for b in torch.randperm(256, generator=g_train).split(32):
        noisy = x[b] + 0.1 * torch.randn(32, 4, generator=g_train)
        loss = nn.functional.mse_loss(net(noisy), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    g_valid.manual_seed(2)
    with torch.no_grad():
        noisy = x[256:] + 0.1 * torch.randn(64, 4, generator=g_valid)
        print(epoch, nn.functional.mse_loss(net(noisy), y[256:]).item())
