import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def conv_bn(i, o):
    return nn.Sequential(nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o), nn.ReLU())


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = conv_bn(3, 8)
        self.stage = nn.Sequential(conv_bn(8, 16), nn.MaxPool2d(2), conv_bn(16, 16))

    def forward(self, x):
        return self.stage(self.stem(x)).mean((2, 3))


def pretrain(backbone):
    head = nn.Linear(16, 2)
    opt = torch.optim.Adam([*backbone.parameters(), *head.parameters()], lr=1e-3)
    for _ in range(8):
        x = torch.randn(16, 3, 12, 12)
        y = (x.mean((1, 2, 3)) > 0).long()
        opt.zero_grad()
        nn.functional.cross_entropy(head(backbone(x)), y).backward()
        opt.step()


torch.manual_seed(66)
backbone = Backbone()
pretrain(backbone)

# Linear probing on another domain: the backbone stays as it is.
for p in backbone.parameters():
    p.requires_grad = False
model = nn.Sequential(backbone, nn.Linear(16, 4))

y = torch.randint(0, 4, (192,))
x = torch.randn(192, 3, 12, 12) * 2 + y.view(-1, 1, 1, 1).float()
loader = DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True)
optimizer = torch.optim.Adam(model[1].parameters(), lr=1e-2)
for epoch in range(4):
    model.train()  # expect: frozen-backbone-batchnorm-drifts
    for xb, yb in loader:
        loss = nn.functional.cross_entropy(model(xb), yb)  # expect: frozen-backbone-batchnorm-drifts
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
