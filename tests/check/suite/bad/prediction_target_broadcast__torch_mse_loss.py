import torch
from torch import nn


def train(model, x, y, epochs, lr):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    crit = nn.MSELoss()
    for epoch in range(epochs):
        for b in torch.randperm(len(x)).split(25):
            opt.zero_grad()
            loss = crit(model(x[b]), y[b])  # expect: prediction-target-broadcast
            loss.backward()
            opt.step()
        print(epoch, loss.item())


if __name__ == '__main__':
    torch.manual_seed(0)
    x = torch.rand(250, 1) * 4 - 2
    y = torch.sin(2 * x[:, 0])
    train(nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 1)), x, y, epochs=4, lr=0.01)
