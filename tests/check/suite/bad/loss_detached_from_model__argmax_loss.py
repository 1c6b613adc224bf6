import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset


class Trainer:
    def __init__(self, model, lr=0.01):
        self.model = model
        self.optim = optim.Adam(model.parameters(), lr=lr)

    def error_rate(self, logits, y):
        hard = torch.argmax(logits, dim=1)
        wrong = (hard != y).float().mean()
        return wrong.clone().requires_grad_()  # expect: loss-detached-from-model

    def epoch(self, loader):
        total = 0.0
        for x, y in loader:
            self.optim.zero_grad()
            loss = self.error_rate(self.model(x), y)  # expect: loss-detached-from-model
            loss.backward()  # expect: loss-detached-from-model
            self.optim.step()
            total += loss.item()
        return total / len(loader)


torch.manual_seed(33)
x = torch.randn(300, 4)
y = x[:, :3].argmax(1)
trainer = Trainer(nn.Sequential(nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, 3)))
loader = DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True)
for e in range(3):
    print("epoch", e, "error", trainer.epoch(loader))
