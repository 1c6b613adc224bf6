import torch
import torch.nn as nn
from torch.utils.data import DataLoader, TensorDataset, random_split


class WineNet(nn.Module):
    """Chemical measurements -> cultivar."""

    def __init__(self, n_features: int = 13, n_classes: int = 3):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(n_features, 32),
            nn.BatchNorm1d(32),
            nn.ReLU(),
            nn.Linear(32, n_classes),
        )
        self.activation = nn.Softmax(dim=-1)

    def forward(self, x):
        return self.activation(self.body(x))  # expect: softmax-before-cross-entropy


def cultivars(n):
    y = torch.randint(0, 3, (n,))
    mean = torch.randn(3, 13)
    return TensorDataset(mean[y] + 0.8 * torch.randn(n, 13), y)


def evaluate(model, loader):
    model.eval()
    hits = n = 0
    with torch.inference_mode():
        for x, y in loader:
            hits += int((model(x).argmax(1) == y).sum())
            n += len(y)
    return hits / n


if __name__ == "__main__":
    torch.manual_seed(100)
    train_set, test_set = random_split(cultivars(600), [480, 120])
    train_loader = DataLoader(train_set, batch_size=48, shuffle=True)
    test_loader = DataLoader(test_set, batch_size=120)
    model = WineNet()
    criterion = nn.CrossEntropyLoss(label_smoothing=0.05)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for epoch in range(4):
        model.train()
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)  # expect: softmax-before-cross-entropy
            loss.backward()
            optimizer.step()
        print(epoch, evaluate(model, test_loader))
