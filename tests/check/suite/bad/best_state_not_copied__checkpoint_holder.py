import torch
from torch import nn


class Checkpoint:
    """Keeps the weights of the best epoch."""

    def __init__(self):
        self.score = -1.0
        self.weights = None

    def offer(self, score, model):
        if score > self.score:
            self.score = score
            self.weights = {k: v for k, v in model.state_dict().items()}  # expect: best-state-not-copied


def xor_like(n):
    x = torch.rand(n, 2) * 2 - 1
    return x, ((x[:, 0] * x[:, 1]) > 0).long()


def accuracy(model, x, y):
    model.eval()
    with torch.no_grad():
        return (model(x).argmax(1) == y).float().mean().item()


torch.manual_seed(34)
x_train, y_train = xor_like(400)
x_val, y_val = xor_like(100)
model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
best = Checkpoint()
for epoch in range(12):
    model.train()
    for i in torch.randperm(400).split(40):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x_train[i]), y_train[i]).backward()
        optimizer.step()
    best.offer(accuracy(model, x_val, y_val), model)  # expect: best-state-not-copied

model.load_state_dict(best.weights)  # expect: best-state-not-copied
print("best", best.score, "restored", accuracy(model, x_val, y_val))
