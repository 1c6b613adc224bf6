# activation maximisation: the optimizer holds the picture, the network is fixed
import torch
from torch import nn

torch.manual_seed(22)
net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Tanh(), nn.Flatten(), nn.Linear(64, 3)).eval()
for p in net.parameters():
    p.requires_grad_(False)
image = torch.zeros(1, 1, 6, 6, requires_grad=True)
opt = torch.optim.Adam([image], lr=0.1)
for i in range(25):
    opt.zero_grad()
    loss = -net(image)[0, 1] + 0.05 * image.pow(2).sum()
    loss.backward()
    opt.step()
    if i % 8 == 0:
        print(i, loss.item())
