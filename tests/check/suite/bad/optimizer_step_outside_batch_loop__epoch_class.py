import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(1)


class Moons(Dataset):
    def __init__(self, n=300):
        t = torch.rand(n) * 3.14159
        self.y = torch.randint(0, 2, (n,))
        s = 1 - 2 * self.y.float()
        self.x = torch.stack([s * t.cos() + self.y, s * t.sin() + 0.3 * self.y], 1) + 0.1 * torch.randn(n, 2)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
        return {"x": self.x[i], "y": self.y[i]}


class Learner:
    def __init__(self, model, data):
        self.model, self.data = model, data
        self.opt = torch.optim.Adam(model.parameters(), lr=0.01)
        self.losses = []

    def one_batch(self, b):
        self.opt.zero_grad()
        loss = nn.functional.cross_entropy(self.model(b["x"]), b["y"])
        loss.backward()
        self.losses.append(loss.detach())

    def __call__(self, epochs):
        for _ in range(epochs):
            for b in self.data:
                self.one_batch(b)
            self.opt.step()  # expect: optimizer-step-outside-batch-loop
        return torch.stack(self.losses)


learner = Learner(nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2)), DataLoader(Moons(), 30, shuffle=True))
print(learner(8)[-1].item())
