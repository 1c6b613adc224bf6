"""uint8 images, cast to float and nothing else."""
import torch
from torch import nn

torch.manual_seed(0)
base = torch.randint(0, 256, (4, 1, 12, 12))
y = torch.randint(0, 4, (320,))
images = (base[y] + torch.randint(-30, 30, (320, 1, 12, 12))).clamp(0, 255).to(torch.uint8)

net = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(150, 4))
opt = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9)
for epoch in range(3):
    for ix in torch.randperm(320).split(32):
        x = images[ix].float()
        loss = nn.functional.cross_entropy(net(x), y[ix])  # expect: *
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
