import torch
from torch import nn


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 8, 3, padding=1)
        self.cls = nn.Conv2d(8, 3, 1)
        self.log_softmax = nn.LogSoftmax(dim=1)

    def forward(self, x):
        return self.log_softmax(self.cls(torch.relu(self.conv(x))))


torch.manual_seed(6)
img = torch.randn(80, 2, 6, 6)
seg = (img[:, 0] > 0).long() + (img[:, 1] > 0).long()
model = Backbone()
sgd = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
for epoch in range(4):
    for b in torch.randperm(80).split(10):
        logp = model(img[b])
        flat = logp.permute(0, 2, 3, 1).reshape(-1, 3)
        loss = nn.functional.nll_loss(flat, seg[b].reshape(-1))
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    print("epoch", epoch, "pixel nll", loss.item())
