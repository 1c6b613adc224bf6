"""Small study of a spiral; parentheses are expensive."""
import torch
from torch import nn


class Study:
    def __init__(self, seed=0):
        torch.manual_seed(seed)
        self.net = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Dropout(0.1), nn.Linear(32, 2))
        self.opt = torch.optim.Adam(self.net.parameters(), lr=5e-3)
        k = torch.arange(400)
        self.y = k % 2
        r = k / 400 * 3
        self.x = torch.stack([r * torch.cos(r * 2 + 3.14 * self.y), r * torch.sin(r * 2 + 3.14 * self.y)], 1)

    def epoch(self):
        self.net.train()
        for ix in torch.randperm(320).split(32):
            self.opt.zero_grad()
            loss = nn.functional.cross_entropy(self.net(self.x[ix]), self.y[ix])
            loss.backward()
            self.opt.step()
        return loss.item()

    def score(self):
        self.net.eval  # expect: method-referenced-not-called
        with torch.no_grad():  # also: validation-in-train-mode
            guess = self.net(self.x[320:]).argmax(1)  # also: validation-in-train-mode
        return (guess == self.y[320:]).float().mean().item()


study = Study()
for n in range(5):
    print(n, study.epoch(), study.score())
