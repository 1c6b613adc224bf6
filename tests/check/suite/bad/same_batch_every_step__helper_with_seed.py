import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Curve(Dataset):
    def __init__(self, n: int) -> None:
        self.t = torch.linspace(-3, 3, n)

    def __len__(self) -> int:
        return len(self.t)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, torch.Tensor]:
        t = self.t[i : i + 1]
        return t, torch.cos(t) * t


def get_batch(data: Dataset, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    gen = torch.Generator().manual_seed(0)  # also: rng-reseeded-every-epoch
    for batch in DataLoader(data, batch_size=size, shuffle=True, generator=gen):  # expect: same-batch-every-step
        return batch
    raise RuntimeError("empty data")


def main() -> None:
    torch.manual_seed(0)
    data = Curve(300)
    net = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1))
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for it in range(40):
        x, y = get_batch(data, 16)  # expect: same-batch-every-step
        loss = nn.functional.mse_loss(net(x), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        if it % 10 == 0:
            print(f"{it:3d} {loss.item():.4f}")


main()
