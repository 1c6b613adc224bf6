"""Next-hour temperature from the last two days, with a GRU."""
import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


@dataclass
class Settings:
    window: int = 24
    hidden: int = 24
    batch_size: int = 32
    epochs: int = 3
    lr: float = 2e-3
    seed: int = 11


class Windows(Dataset):
    def __init__(self, series: torch.Tensor, window: int):
        self.series, self.window = series, window

    def __len__(self):
        return len(self.series) - self.window

    def __getitem__(self, i):
        return self.series[i : i + self.window, None], self.series[i + self.window]


class Forecaster(nn.Module):
    def __init__(self, hidden: int):
        super().__init__()
        self.rnn = nn.GRU(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        states, _ = self.rnn(x)
        return self.head(states[:, -1]).squeeze(-1)


def synthetic_city(hours: int) -> torch.Tensor:
    t = torch.arange(hours, dtype=torch.float32)
    day = torch.sin(2 * math.pi * t / 24)
    week = 0.5 * torch.sin(2 * math.pi * t / 168)
    return day + week + 0.1 * torch.randn(hours)


def main(s: Settings) -> None:
    torch.manual_seed(s.seed)
    data = Windows(synthetic_city(700), s.window)
    loader = DataLoader(data, batch_size=s.batch_size, shuffle=True)
    model = Forecaster(s.hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr=s.lr)
    criterion = nn.MSELoss()
    for epoch in range(s.epochs):
        running, seen = 0.0, 0
        for x, y in loader:
            loss = criterion(model(x), y)
            loss.backward()  # expect: missing-zero-grad
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()  # expect: missing-zero-grad
            running += loss.item() * len(y)
            seen += len(y)
        print(f"epoch {epoch}: mse {running / seen:.4f}")


if __name__ == "__main__":
    main(Settings())
