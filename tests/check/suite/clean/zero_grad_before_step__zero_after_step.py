import torch
import torch.nn as nn
from torch.utils.data import Dataset, DataLoader


class Polynomials(Dataset):
    def __init__(self, n, seed):
        gen = torch.Generator().manual_seed(seed)
        self.x = torch.rand(n, 1, generator=gen) * 2 - 1
        self.y = 2 * self.x ** 3 - self.x + 0.02 * torch.randn(n, 1, generator=gen)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


def main():
    torch.manual_seed(8)
    train = DataLoader(Polynomials(256, 0), batch_size=32, shuffle=True)
    valid = DataLoader(Polynomials(96, 1), batch_size=32)
    net = nn.Sequential(nn.Linear(1, 24), nn.SiLU(), nn.Linear(24, 1))
    optim = torch.optim.Adam(net.parameters(), lr=1e-2)
    mse = nn.MSELoss()
    for epoch in range(4):
        net.train()
        for x, y in train:
            mse(net(x), y).backward()
            optim.step()
            optim.zero_grad()
        net.eval()
        with torch.no_grad():
            err = sum(mse(net(x), y).item() for x, y in valid) / len(valid)
        print("epoch %d valid mse %.5f" % (epoch + 1, err))


main()
