# %% Multi-label tagging, exported from a notebook
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
np.random.seed(0)

# %% data
features = np.random.randn(240, 10).astype("float32")
mixing = np.random.randn(10, 5)
tags = (features @ mixing > 1.0).astype("float32")
train = DataLoader(TensorDataset(torch.from_numpy(features[:200]), torch.from_numpy(tags[:200])), 20, shuffle=True)
valid = (torch.from_numpy(features[200:]), torch.from_numpy(tags[200:]))

# %% model
net = nn.Sequential(
    nn.Linear(10, 40),
    nn.ReLU(),
    nn.Dropout(0.1),
    nn.Linear(40, 5),
    nn.Sigmoid(),  # expect: sigmoid-before-bce-with-logits
)
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
weight = torch.full((5,), 2.0)
lossfn = nn.BCEWithLogitsLoss(pos_weight=weight)

# %% training
for epoch in range(4):
    net.train()
    for xb, yb in train:
        opt.zero_grad()
        out = net(xb)  # expect: sigmoid-before-bce-with-logits
        lossfn(out, yb).backward()  # expect: sigmoid-before-bce-with-logits
        opt.step()
    net.eval()
    with torch.no_grad():
        predicted = net(valid[0]) > 0.5
        tp = (predicted & (valid[1] > 0.5)).sum().item()
        f1 = 2 * tp / max(1, predicted.sum().item() + valid[1].sum().item())
    print(epoch, round(f1, 3))
