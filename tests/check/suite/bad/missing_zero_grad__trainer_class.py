from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Config:
    epochs: int = 4
    batch_size: int = 32
    lr: float = 1e-3
    hidden: int = 24
    seed: int = 11


class HousePriceNet(nn.Module):
    def __init__(self, n_features: int, hidden: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(n_features, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU())
        self.head = nn.Linear(hidden, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.body(x)).squeeze(-1)


class Trainer:
    def __init__(self, model: nn.Module, cfg: Config) -> None:
        self.model = model
        self.cfg = cfg
        self.optimizer = torch.optim.Adam(model.parameters(), lr=cfg.lr)
        self.criterion = nn.MSELoss()

    def train_step(self, batch: tuple[torch.Tensor, torch.Tensor]) -> float:
        x, y = batch
        loss = self.criterion(self.model(x), y)
        loss.backward()  # expect: missing-zero-grad
        self.optimizer.step()  # expect: missing-zero-grad
        return loss.item()

    def fit(self, loader: DataLoader) -> None:
        for epoch in range(self.cfg.epochs):
            self.model.train()
            losses = [self.train_step(b) for b in loader]
            print(f"epoch={epoch} loss={sum(losses) / len(losses):.4f}")


def main() -> None:
    cfg = Config()
    torch.manual_seed(cfg.seed)
    x = torch.randn(256, 6)
    w = torch.tensor([1.0, -2.0, 0.5, 0.0, 3.0, 1.5])
    y = x @ w + 0.1 * torch.randn(256)
    loader = DataLoader(TensorDataset(x, y), batch_size=cfg.batch_size, shuffle=True)
    Trainer(HousePriceNet(6, cfg.hidden), cfg).fit(loader)


if __name__ == "__main__":
    main()
