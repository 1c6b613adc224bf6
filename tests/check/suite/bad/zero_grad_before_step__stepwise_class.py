import numpy as np
import torch


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv1d(1, 6, 5, padding=2)
        self.fc = torch.nn.Linear(6 * 16, 2)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        x = torch.nn.functional.max_pool1d(x, 2)
        return self.fc(x.flatten(1))


class Learner(object):
    def __init__(self, lr):
        self.net = Model()
        self.opt = torch.optim.RMSprop(self.net.parameters(), lr=lr)

    def backward(self, loss):
        loss.backward()

    def update(self):
        self.opt.zero_grad()  # expect: zero-grad-before-step
        self.opt.step()  # expect: zero-grad-before-step

    def train(self, signals, classes, epochs, bs):
        for ep in range(epochs):
            order = np.random.permutation(len(signals))
            total = 0
            for k in range(0, len(order), bs):
                pick = order[k:k + bs]
                xb, yb = torch.from_numpy(signals[pick]), torch.from_numpy(classes[pick])
                loss = torch.nn.functional.cross_entropy(self.net(xb), yb)
                self.backward(loss)
                self.update()
                total += loss.item() * len(pick)
            print("epoch", ep, "loss", total / len(order))


np.random.seed(4)
torch.manual_seed(4)
classes = np.random.randint(0, 2, 200)
grid = np.linspace(0, 2 * np.pi, 32)
freq = np.where(classes == 0, 2.0, 4.0)[:, None]
signals = (np.sin(freq * grid) + 0.3 * np.random.randn(200, 32)).astype(np.float32)[:, None, :]
Learner(lr=1e-3).train(signals, classes.astype(np.int64), epochs=3, bs=25)
