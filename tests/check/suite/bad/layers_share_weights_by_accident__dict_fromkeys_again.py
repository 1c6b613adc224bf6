"""Sales forecasting: one tower a store."""
import torch
from torch import nn

torch.manual_seed(47)
STORES = ["north", "south", "west"]


class Towers(nn.Module):
    def __init__(self, stores):
        super().__init__()
        self.stem = nn.Sequential(nn.Linear(5, 16), nn.ReLU())
        self.tower = nn.ModuleDict(dict.fromkeys(stores, nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 1))))  # expect: layers-share-weights-by-accident

    def forward(self, x):
        h = self.stem(x)
        return torch.cat([self.tower[s](h) for s in self.tower], 1)  # expect: layers-share-weights-by-accident


net = Towers(STORES)
opt = torch.optim.Adam(net.parameters(), lr=5e-3)
mix = torch.randn(5, 3)
for _ in range(30):
    x = torch.randn(32, 5)
    y = x @ mix + 0.05 * torch.randn(32, 3)
    loss = (net(x) - y).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
