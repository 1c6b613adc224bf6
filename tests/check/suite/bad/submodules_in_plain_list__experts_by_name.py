"""One expert per region, held in a dictionary."""
import torch
from torch import nn

REGIONS = ["north", "south", "west"]


class RegionModel(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(d, 24), nn.ReLU())
        self.experts = {r: nn.Linear(24, 1) for r in REGIONS}  # expect: submodules-in-plain-list

    def forward(self, x, region):
        h = self.trunk(x)
        out = torch.zeros(len(x), 1)
        for k, name in enumerate(REGIONS):
            mask = region == k
            if mask.any():
                out[mask] = self.experts[name](h[mask])  # expect: submodules-in-plain-list
        return out


def main():
    torch.manual_seed(10)
    x, region = torch.randn(480, 7), torch.randint(0, 3, (480,))
    slope = torch.tensor([1.0, -1.0, 0.5])[region]
    y = (x[:, 0] * slope + x[:, 1])[:, None]
    model = RegionModel(7)
    opt = torch.optim.Adam(model.parameters(), lr=2e-3)  # expect: submodules-in-plain-list
    for epoch in range(4):
        for ix in torch.randperm(480).split(48):
            loss = nn.functional.mse_loss(model(x[ix], region[ix]), y[ix])
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, loss.item())


main()
