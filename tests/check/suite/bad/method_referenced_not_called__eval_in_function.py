import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(9, 40), nn.ReLU(), nn.Dropout(0.3), nn.Linear(40, 1))

    def forward(self, x):
        return self.layers(x).squeeze(-1)


def train(model, loader, optimizer, loss_fn):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()


def test(model, loader, loss_fn):
    model.eval  # expect: method-referenced-not-called
    total = 0.0
    with torch.no_grad():
        for x, y in loader:
            total += loss_fn(model(x), y).item() * len(x)  # also: validation-in-train-mode
    return total / len(loader.dataset)


if __name__ == "__main__":
    torch.manual_seed(63)
    x = torch.randn(400, 9)
    y = x[:, 0] * 2 - x[:, 1].abs()
    train_dl = DataLoader(TensorDataset(x[:320], y[:320]), batch_size=32, shuffle=True)
    test_dl = DataLoader(TensorDataset(x[320:], y[320:]), batch_size=40)
    net = Net()
    opt = torch.optim.Adam(net.parameters(), lr=3e-3)
    for epoch in range(4):
        train(net, train_dl, opt, nn.MSELoss())
        print(epoch, test(net, test_dl, nn.MSELoss()))
