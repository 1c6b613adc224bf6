import torch
from torch import nn


class TransferNet(nn.Module):
    def __init__(self, extractor):
        super().__init__()
        self.extractor = extractor.requires_grad_(False)
        self.head = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 2))

    def forward(self, x):
        with torch.no_grad():
            f = self.extractor(x)
        return self.head(f)


torch.manual_seed(9)
pretrained = nn.Sequential(nn.Linear(8, 16), nn.Tanh())
x = torch.randn(240, 8)
with torch.no_grad():
    y = (pretrained(x).sum(1) > 0).long()
net = TransferNet(pretrained)
opt = torch.optim.SGD(net.head.parameters(), lr=0.1, momentum=0.9)
for epoch in range(3):
    for b in torch.randperm(240).split(24):
        loss = nn.functional.cross_entropy(net(x[b]), y[b])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(epoch, loss.item())
