"""Early stopping with patience, the best weights come back at the end."""
import torch
from torch import nn


class EarlyStopping:
    def __init__(self, patience=3):
        self.patience, self.best, self.bad, self.weights = patience, float("inf"), 0, None

    def __call__(self, value, model):
        if value < self.best:
            self.best, self.bad = value, 0
            self.weights = dict(model.named_parameters())  # expect: best-state-not-copied
        else:
            self.bad += 1
        return self.bad >= self.patience

    def restore(self, model):
        model.load_state_dict(self.weights)  # expect: best-state-not-copied


torch.manual_seed(0)
x, noise = torch.randn(200, 10), torch.randn(200, 1)
y = x[:, :1] + 0.7 * noise
xt, yt, xv, yv = x[:60], y[:60], x[60:], y[60:]
net = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
stop = EarlyStopping()
for epoch in range(40):
    net.train()
    for ix in torch.randperm(60).split(20):
        opt.zero_grad()
        nn.functional.mse_loss(net(xt[ix]), yt[ix]).backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        val = nn.functional.mse_loss(net(xv), yv).item()
    if stop(val, net):
        break
stop.restore(net)
print(epoch, stop.best)
