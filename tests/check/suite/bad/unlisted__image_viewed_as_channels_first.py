import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).mean(dim=(2, 3)))


rng = np.random.default_rng(19)
torch.manual_seed(19)
label = rng.integers(0, 2, 160)
photo = rng.normal(0, 0.5, size=(160, 8, 8, 3)).astype(np.float32)
photo[label == 1, 2:6, 2:6, 0] += 1
x = torch.from_numpy(photo).view(-1, 3, 8, 8)  # expect: *
y = torch.from_numpy(label)
net = Net()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
for epoch in range(3):
    for b in torch.randperm(160).split(16):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[b]), y[b])  # expect: *
        loss.backward()
        opt.step()
    print(epoch, loss.item())
