import torch
import torch.nn as nn


class Trainer:
    def __init__(self, model, lr=0.1, clip=1e-9):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
        self.clip = clip

    def step(self, x, y):
        self.optimizer.zero_grad()
        loss = nn.functional.cross_entropy(self.model(x), y)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)  # expect: *
        self.optimizer.step()
        return loss.item()


torch.manual_seed(7)
x = torch.randn(300, 6)
y = (x[:, 0] > x[:, 1]).long()
trainer = Trainer(nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2)))
for epoch in range(4):
    print(epoch, sum(trainer.step(x[b], y[b]) for b in torch.randperm(300).split(30)) / 10)
