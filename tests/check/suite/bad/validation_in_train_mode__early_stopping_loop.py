import copy

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split


class EarlyStopping:
    def __init__(self, patience=3):
        self.patience, self.best, self.bad, self.state = patience, float("inf"), 0, None

    def __call__(self, value, model):
        if value < self.best:
            self.best, self.bad = value, 0
            self.state = copy.deepcopy(model.state_dict())
        else:
            self.bad += 1
        return self.bad >= self.patience


def validate(model, loader, loss_fn):
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            out = model(x)  # expect: validation-in-train-mode
            total += loss_fn(out, y).item() * len(y)
            count += len(y)
    return total / count


def main():
    torch.manual_seed(44)
    x = torch.randn(500, 20)
    y = (x[:, :5].sum(1) + 0.5 * torch.randn(500) > 0).long()
    train_set, val_set = random_split(TensorDataset(x, y), [400, 100])
    train_loader = DataLoader(train_set, batch_size=50, shuffle=True)
    val_loader = DataLoader(val_set, batch_size=50)
    model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 2))
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    stopping = EarlyStopping()
    for epoch in range(6):
        model.train()
        for xb, yb in train_loader:
            optimizer.zero_grad()
            loss_fn(model(xb), yb).backward()
            optimizer.step()
        value = validate(model, val_loader, loss_fn)  # expect: validation-in-train-mode
        print(f"{epoch}: {value:.4f}")
        if stopping(value, model):
            break
    model.load_state_dict(stopping.state)


main()
