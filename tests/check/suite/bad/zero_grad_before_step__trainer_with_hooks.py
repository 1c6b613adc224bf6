import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(5)


class Trainer:
    """A minimal trainer with overridable hooks."""

    def __init__(self, model, optimizer, loss_fn):
        self.model = model
        self.optimizer = optimizer
        self.loss_fn = loss_fn
        self.step = 0
        self.history = []

    def on_after_backward(self):
        self.optimizer.zero_grad()  # expect: zero-grad-before-step

    def training_step(self, batch):
        x, y = batch
        return self.loss_fn(self.model(x), y)

    def fit(self, loader, epochs):
        self.model.train()
        for _ in range(epochs):
            for batch in loader:
                loss = self.training_step(batch)
                loss.backward()
                self.on_after_backward()
                self.optimizer.step()  # expect: zero-grad-before-step
                self.step += 1
                self.history.append(loss.item())


centers = torch.randn(4, 12) * 2
labels = torch.randint(0, 4, (512,))
points = centers[labels] + torch.randn(512, 12)

net = nn.Sequential(nn.Linear(12, 48), nn.GELU(), nn.Linear(48, 4))
trainer = Trainer(net, torch.optim.AdamW(net.parameters(), lr=1e-2), F.cross_entropy)
trainer.fit(DataLoader(TensorDataset(points, labels), batch_size=64, shuffle=True), epochs=4)
print("first", trainer.history[0], "last", trainer.history[-1])
