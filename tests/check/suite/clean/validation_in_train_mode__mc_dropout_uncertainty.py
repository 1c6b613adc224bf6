"""Regression with uncertainty: MC dropout at test time, BatchNorm in eval, only dropout awake."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, p=0.15):
        super().__init__()
        self.inp = nn.Linear(4, 48)
        self.bn = nn.BatchNorm1d(48)
        self.drop = nn.Dropout(p)
        self.mid = nn.Linear(48, 48)
        self.mean, self.log_var = nn.Linear(48, 1), nn.Linear(48, 1)

    def forward(self, x):
        h = self.drop(torch.relu(self.bn(self.inp(x))))
        h = self.drop(torch.relu(self.mid(h)))
        return self.mean(h), self.log_var(h).clamp(-6, 4)


def enable_dropout(model):
    for m in model.modules():
        if isinstance(m, nn.Dropout):
            m.train()


def mc_predict(model, loader, samples=12):
    model.eval()
    enable_dropout(model)
    out = []
    with torch.no_grad():
        for x, _ in loader:
            draws = torch.stack([model(x)[0] for _ in range(samples)])
            out.append(torch.cat([draws.mean(0), draws.std(0)], 1))
    return torch.cat(out)


def main():
    torch.manual_seed(71)
    x = torch.randn(500, 4)
    y = x[:, :1].sin() + 0.2 * x[:, 1:2] * torch.randn(500, 1)
    train = DataLoader(TensorDataset(x[:400], y[:400]), 40, shuffle=True)
    test = DataLoader(TensorDataset(x[400:], y[400:]), 30)
    net = Net()
    opt = torch.optim.Adam(net.parameters(), 3e-3)
    nll = nn.GaussianNLLLoss()
    for epoch in range(4):
        net.train()
        total, count = 0.0, 0
        for xb, yb in train:
            mu, lv = net(xb)
            loss = nll(mu, yb, lv.exp())
            opt.zero_grad()
            loss.backward()
            opt.step()
            total, count = total + loss.item() * len(xb), count + len(xb)
        u = mc_predict(net, test)
        print(epoch, total / count, (u[:, :1] - y[400:]).pow(2).mean().sqrt().item(), u[:, 1].mean().item())


main()
