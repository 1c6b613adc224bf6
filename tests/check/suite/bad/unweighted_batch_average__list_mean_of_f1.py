import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
x = torch.randn(370, 6)
y = (x[:, 0] + 0.4 * torch.randn(370)).unsqueeze(1)
train, val = TensorDataset(x[:256], y[:256]), TensorDataset(x[256:], y[256:])
net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-2)


def epoch_of(loader, training):
    losses = []
    net.train(training)
    with torch.set_grad_enabled(training):
        for xb, yb in loader:
            loss = nn.functional.mse_loss(net(xb), yb)
            if training:
                opt.zero_grad()
                loss.backward()
                opt.step()
            losses.append(loss.item())  # expect: unweighted-batch-average
    return np.mean(losses)  # expect: unweighted-batch-average


for epoch in range(5):
    a = epoch_of(DataLoader(train, 64, shuffle=True), True)
    b = epoch_of(DataLoader(val, 37), False)
    print(epoch, a, b)
