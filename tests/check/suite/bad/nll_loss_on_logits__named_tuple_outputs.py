from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Output(NamedTuple):
    logits: Tensor
    features: Tensor


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.ReLU(), nn.Flatten())
        self.head = nn.Linear(8 * 9, 4)

    def forward(self, img) -> Output:
        f = self.body(img)
        return Output(self.head(f), f)


def images(n, gen):
    y = torch.randint(0, 4, (n,), generator=gen)
    img = torch.randn(n, 1, 8, 8, generator=gen) * 0.3
    for i, c in enumerate(y.tolist()):
        img[i, 0, 4 * (c // 2) : 4 * (c // 2) + 4, 4 * (c % 2) : 4 * (c % 2) + 4] += 1
    return img, y


gen = torch.Generator().manual_seed(0)
torch.manual_seed(0)
net = Classifier()
opt = torch.optim.SGD(net.parameters(), lr=1e-3)
for step in range(20):
    img, y = images(32, gen)
    out = net(img)
    loss = F.nll_loss(out.logits, y) + 1e-3 * out.features.pow(2).mean()  # expect: nll-loss-on-logits
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
