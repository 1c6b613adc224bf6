import torch
import torch.nn as nn
import torch.nn.functional as F


class SEBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // 2)
        self.excite = nn.Linear(channels // 2, channels)

    def forward(self, x):
        s = x.mean(dim=(2, 3))
        s = torch.sigmoid(self.excite(F.relu(self.squeeze(s))))
        return x * s[:, :, None, None]


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.se = SEBlock(8)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        return self.head(self.se(F.relu(self.conv(x))).amax(dim=(2, 3)))


torch.manual_seed(0)
y = torch.randint(0, 2, (128, 1)).float()
x = 0.5 * torch.randn(128, 1, 7, 7)
x[:, 0, 3, 2:5] += 3 * y
det = Detector()
optim = torch.optim.Adam(det.parameters(), lr=0.01)
for epoch in range(4):
    for b in torch.randperm(128).split(16):
        optim.zero_grad()
        loss = F.binary_cross_entropy_with_logits(det(x[b]), y[b])
        loss.backward()
        optim.step()
    print(epoch, loss.item())
