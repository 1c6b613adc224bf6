import torch
from torch import nn

torch.manual_seed(7)


class Finetune(nn.Module):
    def __init__(self, pretrained):
        super().__init__()
        self.body = pretrained
        for p in self.body.parameters():
            p.requires_grad_(False)
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        return self.head(self.body(x))  # expect: frozen-backbone-batchnorm-drifts


pretrained = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU())
warm = torch.optim.SGD(pretrained.parameters(), lr=0.01)
for _ in range(20):
    warm.zero_grad()
    pretrained(torch.randn(32, 8)).pow(2).mean().backward()
    warm.step()
net = Finetune(pretrained)
net.train()  # expect: frozen-backbone-batchnorm-drifts
opt = torch.optim.Adam(filter(lambda p: p.requires_grad, net.parameters()), lr=1e-2)
for step in range(40):
    x = 3 * torch.randn(32, 8) + 1
    y = (x[:, 0] > 1).long() + (x[:, 1] > 1).long()
    loss = nn.functional.cross_entropy(net(x), y)  # expect: frozen-backbone-batchnorm-drifts
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
