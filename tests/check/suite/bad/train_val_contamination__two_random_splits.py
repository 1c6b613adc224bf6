import torch
from torch import nn, Tensor
from torch.utils.data import DataLoader, Dataset, random_split


class Signals(Dataset):
    def __init__(self, n: int) -> None:
        g = torch.Generator().manual_seed(2)
        self.freq = torch.rand(n, 1, generator=g) * 2 + 0.5
        self.x = torch.sin(self.freq * torch.arange(12.0)) + 0.1 * torch.randn(n, 12, generator=g)

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        return self.x[i], self.freq[i]


class Module:
    def __init__(self) -> None:
        self.data = Signals(320)
        self.net = nn.Sequential(nn.Linear(12, 32), nn.Tanh(), nn.Linear(32, 1))

    def train_dataloader(self) -> DataLoader:
        part, _ = random_split(self.data, [256, 64])  # expect: train-val-contamination
        return DataLoader(part, batch_size=32, shuffle=True)

    def val_dataloader(self) -> DataLoader:
        _, part = random_split(self.data, [256, 64])  # expect: train-val-contamination
        return DataLoader(part, batch_size=32)

    def fit(self, epochs: int) -> None:
        opt = torch.optim.Adam(self.net.parameters(), lr=5e-3)
        train, val = self.train_dataloader(), self.val_dataloader()
        for epoch in range(epochs):
            self.net.train()
            for x, y in train:
                loss = nn.functional.mse_loss(self.net(x), y)
                opt.zero_grad()
                loss.backward()
                opt.step()
            self.net.eval()
            with torch.no_grad():
                errs = [nn.functional.mse_loss(self.net(x), y).item() for x, y in val]  # expect: train-val-contamination
            print(f"epoch {epoch} val mse {sum(errs) / len(errs):.4f}")


torch.manual_seed(2)
Module().fit(4)
