"""Targets from a label binariser; class ids are read off the wrong axis."""

import numpy as np
import torch
from sklearn.preprocessing import LabelBinarizer
from torch import nn

torch.manual_seed(140)
rng = np.random.default_rng(140)
names = np.array(["ash", "birch", "cedar", "dogwood"])
kinds = rng.integers(0, 4, 240)
x = torch.tensor(rng.normal(size=(4, 6))[kinds] * 2 + rng.normal(size=(240, 6)), dtype=torch.float32)
onehot = torch.tensor(LabelBinarizer().fit_transform(names[kinds]))

model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 4))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(8):
    total = 0.0
    for rows in torch.randperm(240).split(30):
        optimizer.zero_grad()
        target = onehot[rows].float()
        loss = nn.functional.l1_loss(model(x[rows]).argmax(1).float().requires_grad_(), target.argmax(1).float())  # expect: *
        loss.backward()  # expect: *
        optimizer.step()  # expect: *
        total += loss.item()
    print(epoch, total / 8)
