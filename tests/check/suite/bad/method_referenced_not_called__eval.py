import torch
import torch.nn as nn


def train(net, x, y, opt):
    net.train()
    for b in torch.randperm(len(x)).split(30):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[b]), y[b])
        loss.backward()
        opt.step()


def test(net, x, y):
    net.eval  # expect: method-referenced-not-called
    with torch.no_grad():
        return nn.functional.mse_loss(net(x), y).item()  # also: validation-in-train-mode


if __name__ == "__main__":
    torch.manual_seed(12)
    x = torch.randn(390, 6)
    y = x[:, :1] * x[:, 1:2]
    net = nn.Sequential(nn.Linear(6, 40), nn.ReLU(), nn.Dropout(0.2), nn.Linear(40, 1))
    opt = torch.optim.Adam(net.parameters(), lr=5e-3)
    for epoch in range(3):
        train(net, x[:300], y[:300], opt)
        print("epoch", epoch, "test mse", test(net, x[300:], y[300:]))
