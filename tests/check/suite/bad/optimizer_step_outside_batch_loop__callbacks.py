"""Training with callbacks, as in an old in-house framework."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Rings(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        self.y = torch.randint(0, 2, (n,), generator=g)
        r = 1.0 + self.y + 0.2 * torch.randn(n, generator=g)
        a = torch.rand(n, generator=g) * 6.28
        self.x = torch.stack([r * a.cos(), r * a.sin()], 1)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return self.x[i], self.y[i]


class Callback:
    def on_batch_start(self, t): ...
    def on_batch_end(self, t): ...
    def on_epoch_end(self, t): ...


class ClearGradients(Callback):
    def on_batch_start(self, t):
        t.optimizer.zero_grad()  # expect: optimizer-step-outside-batch-loop


class UpdateWeights(Callback):
    def on_epoch_end(self, t):
        t.optimizer.step()  # expect: optimizer-step-outside-batch-loop


class Trainer:
    def __init__(self, net, callbacks):
        self.net, self.callbacks = net, callbacks
        self.optimizer = torch.optim.RMSprop(net.parameters(), lr=1e-2)

    def call(self, name):
        for c in self.callbacks:
            getattr(c, name)(self)

    def fit(self, loader, epochs):
        for epoch in range(epochs):
            for x, y in loader:
                self.call("on_batch_start")
                loss = nn.functional.cross_entropy(self.net(x), y)
                loss.backward()
                self.call("on_batch_end")
            self.call("on_epoch_end")
            print(epoch, loss.item())


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
Trainer(net, [ClearGradients(), UpdateWeights()]).fit(DataLoader(Rings(320, 1), 32, shuffle=True), 8)
