# the rare class is drawn as often as the common one: rows repeat within an epoch on purpose
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

if __name__ == "__main__":
    torch.manual_seed(33)
    y = (torch.rand(300) < 0.1).long()
    x = torch.randn(300, 5) + 1.5 * y[:, None]
    weight = torch.where(y == 1, 1.0 / (y == 1).sum(), 1.0 / (y == 0).sum())
    sampler = WeightedRandomSampler(weight, num_samples=300, replacement=True)
    loader = DataLoader(TensorDataset(x, y), batch_size=30, sampler=sampler, num_workers=2)
    net = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for epoch in range(3):
        for xb, yb in loader:
            loss = nn.functional.cross_entropy(net(xb), yb)
            opt.zero_grad()
            loss.backward()
            opt.step()
        print(epoch, round(loss.item(), 3))
