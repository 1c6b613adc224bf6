import torch
from torch import nn

torch.manual_seed(45)


class ModelCheckpoint:
    def __init__(self, monitor="val_acc"):
        self.monitor, self.best_value, self.best_weights = monitor, -1.0, None

    def __call__(self, logs, model):
        if logs[self.monitor] > self.best_value:
            self.best_value = logs[self.monitor]
            self.best_weights = model.state_dict()  # expect: best-state-not-copied


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        value = (model(x).argmax(1) == y).float().mean().item()
    model.train()
    return value


x = torch.randn(400, 10)
y = (x[:, 0] + x[:, 1] > 0).long() + (x[:, 2] > 1).long()
model = nn.Sequential(nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 3))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
keeper = ModelCheckpoint()
for epoch in range(6):
    for rows in torch.randperm(300).split(30):
        loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    logs = {"loss": loss.item(), "val_acc": accuracy(model, x[300:], y[300:])}
    keeper(logs, model)
    print(epoch, logs)
model.load_state_dict(keeper.best_weights)  # expect: best-state-not-copied
print("best", accuracy(model, x[300:], y[300:]))
