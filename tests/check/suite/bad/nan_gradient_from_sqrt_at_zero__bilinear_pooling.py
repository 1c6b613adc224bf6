import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset


class BilinearPool(nn.Module):
    """Outer product of two feature maps with signed square root."""

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        z = torch.einsum("bci,bdi->bcd", a, b).flatten(1)
        return torch.sign(z) * torch.sqrt(z.abs())  # expect: nan-gradient-from-sqrt-at-zero


class FineGrained(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.left = nn.Sequential(nn.Conv1d(3, 5, 3), nn.ReLU())
        self.right = nn.Sequential(nn.Conv1d(3, 5, 3), nn.ReLU())
        self.pool = BilinearPool()
        self.fc = nn.Linear(25, classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.pool(self.left(x), self.right(x)))


def train(epochs: int = 3) -> None:
    torch.manual_seed(23)
    y = torch.randint(0, 3, (180,))
    x = torch.randn(180, 3, 4)
    x[torch.arange(180), y] += 1.0
    loader = DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True)
    model = FineGrained(3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for epoch in range(epochs):
        for xb, yb in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


if __name__ == "__main__":
    train()
