import copy

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class EarlyStopping:
    def __init__(self, patience=3):
        self.patience, self.best, self.bad, self.state = patience, float("inf"), 0, None

    def __call__(self, loss, model):
        if loss < self.best:
            self.best, self.bad, self.state = loss, 0, copy.deepcopy(model.state_dict())
        else:
            self.bad += 1
        return self.bad >= self.patience


def train_epoch(model, loader, criterion, optimizer):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()


def validate(model, loader, criterion):
    model.eval()
    total, rows = 0.0, 0
    for x, y in loader:
        output = model(x)  # expect: validation-builds-autograd-graph
        total += criterion(output, y).item() * len(x)
        rows += len(x)
    return total / rows


def main():
    torch.manual_seed(77)
    x = torch.randn(330, 11)
    y = torch.tanh(x[:, :1]) + x[:, 1:2] ** 2 + 0.1 * torch.randn(330, 1)
    train_loader = DataLoader(TensorDataset(x[:250], y[:250]), batch_size=25, shuffle=True)
    val_loader = DataLoader(TensorDataset(x[250:], y[250:]), batch_size=20)
    model = nn.Sequential(nn.Linear(11, 40), nn.SELU(), nn.AlphaDropout(0.05), nn.Linear(40, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    stopper = EarlyStopping()
    for epoch in range(5):
        train_epoch(model, train_loader, nn.MSELoss(), optimizer)
        val = validate(model, val_loader, nn.MSELoss())
        print(epoch, val)
        if stopper(val, model):
            break
    model.load_state_dict(stopper.state)


main()
