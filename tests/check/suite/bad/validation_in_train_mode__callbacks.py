import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Callback:
    def on_epoch_end(self, trainer, epoch): ...


class Evaluate(Callback):
    def __init__(self, loader):
        self.loader = loader
        self.history = []

    def on_epoch_end(self, trainer, epoch):
        correct = 0
        with torch.inference_mode():
            for x, y in self.loader:
                correct += (trainer.model(x).argmax(-1) == y).sum().item()  # expect: validation-in-train-mode
        self.history.append(correct / len(self.loader.dataset))
        print(f"epoch {epoch} accuracy {self.history[-1]:.3f}")


class Trainer:
    def __init__(self, model, callbacks):
        self.model, self.callbacks = model, callbacks
        self.optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

    def fit(self, loader, epochs):
        for epoch in range(epochs):
            self.model.train()
            for x, y in loader:
                self.optimizer.zero_grad()
                nn.functional.cross_entropy(self.model(x), y).backward()
                self.optimizer.step()
            for callback in self.callbacks:
                callback.on_epoch_end(self, epoch)


class Attentive(nn.Module):
    def __init__(self):
        super().__init__()
        self.attn = nn.MultiheadAttention(8, 2, dropout=0.3, batch_first=True)
        self.out = nn.Linear(8, 2)

    def forward(self, x):
        h, _ = self.attn(x, x, x, need_weights=False)
        return self.out((x + h).mean(1))  # expect: validation-in-train-mode


torch.manual_seed(0)
x = torch.randn(300, 5, 8)
y = (x[:, :, 0].mean(1) > 0).long()
train, val = TensorDataset(x[:240], y[:240]), TensorDataset(x[240:], y[240:])
Trainer(Attentive(), [Evaluate(DataLoader(val, batch_size=30))]).fit(DataLoader(train, batch_size=24, shuffle=True), 3)
