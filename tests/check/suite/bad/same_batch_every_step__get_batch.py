"""nanoGPT-like get_batch over a loader."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Curves(Dataset):
    def __init__(self, n=512):
        g = torch.Generator().manual_seed(0)
        self.t = torch.rand(n, 1, generator=g) * 6 - 3

    def __len__(self):
        return len(self.t)

    def __getitem__(self, i):
        return self.t[i], torch.sin(self.t[i]) * self.t[i]


loaders = {"train": DataLoader(Curves(), batch_size=32), "val": DataLoader(Curves(64), batch_size=64)}


def get_batch(split):
    return next(iter(loaders[split]))  # expect: same-batch-every-step


def main():
    torch.manual_seed(4)
    net = nn.Sequential(nn.Linear(1, 48), nn.Tanh(), nn.Linear(48, 1))
    opt = torch.optim.Adam(net.parameters(), lr=5e-3)
    for it in range(100):
        x, y = get_batch("train")  # expect: same-batch-every-step
        loss = nn.functional.mse_loss(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(loss.item())


main()
