"""Gradual unfreezing: add_param_group as layers thaw; head replaced before the optimizer is made."""
import torch
from torch import nn


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.s1 = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2))
        self.s2 = nn.Sequential(nn.Conv2d(6, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU())
        self.fc = nn.Linear(12, 10)

    def forward(self, x):
        return self.fc(self.s2(self.s1(x)).mean((2, 3)))


def set_frozen(stage, frozen):
    for p in stage.parameters():
        p.requires_grad_(not frozen)


def train_mode(net):
    net.train()
    for stage in (net.s1, net.s2):
        if not next(stage.parameters()).requires_grad:
            stage.eval()


def main():
    torch.manual_seed(6)
    y = torch.randint(0, 3, (240,))
    x = torch.randn(3, 1, 10, 10)[y] + 0.5 * torch.randn(240, 1, 10, 10)
    net = Backbone()
    net.fc = nn.Linear(12, 3)
    set_frozen(net.s1, True)
    set_frozen(net.s2, True)
    opt = torch.optim.Adam(net.fc.parameters(), lr=1e-2)
    plan = {2: (net.s2, 3e-3), 4: (net.s1, 1e-3)}
    for epoch in range(6):
        if epoch in plan:
            stage, lr = plan[epoch]
            set_frozen(stage, False)
            opt.add_param_group({"params": stage.parameters(), "lr": lr})
        train_mode(net)
        total = 0.0
        for ix in torch.randperm(200).split(25):
            loss = nn.functional.cross_entropy(net(x[ix]), y[ix])
            opt.zero_grad()
            loss.backward()
            opt.step()
            total += loss.item() * len(ix)
        net.eval()
        with torch.no_grad():
            acc = (net(x[200:]).argmax(1) == y[200:]).float().mean().item()
        print(epoch, total / 200, acc)


main()
