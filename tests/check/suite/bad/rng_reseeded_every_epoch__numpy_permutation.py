"""NumPy makes the order, and its generator is born anew for each epoch."""
import numpy as np
import torch

STATE = 7


def one_epoch(net, opt, X, y, size):
    rng = np.random.default_rng(STATE)  # expect: rng-reseeded-every-epoch
    order = rng.permutation(len(X))  # expect: rng-reseeded-every-epoch
    total = 0.0
    for k in range(0, len(X), size):
        pick = order[k : k + size]
        loss = torch.nn.functional.cross_entropy(net(torch.from_numpy(X[pick])), torch.from_numpy(y[pick]))
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += loss.item() * len(pick)
    return total / len(X)


torch.manual_seed(STATE)
data = np.random.RandomState(STATE)
X = data.normal(size=(420, 9)).astype(np.float32)
y = (X[:, 0] > X[:, 1]).astype(np.int64)
net = torch.nn.Sequential(torch.nn.Linear(9, 20), torch.nn.ReLU(), torch.nn.Linear(20, 2))
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
for epoch in range(6):
    print(epoch, one_epoch(net, opt, X, y, 42))
