"""Labelled and unlabelled batches side by side (pseudo consistency)."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(54)
x = torch.randn(160, 6)
y = (x[:, 0] > 0).long()
unlabelled = torch.randn(160, 6)

batches = zip(  # expect: exhausted-training-iterator
    DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True),
    DataLoader(TensorDataset(unlabelled), batch_size=20, shuffle=True),
)

model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), nn.Linear(24, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)

for epoch in range(5):
    steps, total = 0, 0.0
    for (a, b), (u,) in batches:  # expect: exhausted-training-iterator
        optimizer.zero_grad()
        with torch.no_grad():
            goal = model(u).softmax(1)
        wobbled = model(u + 0.1 * torch.randn_like(u)).log_softmax(1)
        loss = nn.functional.cross_entropy(model(a), b) + 0.1 * nn.functional.kl_div(wobbled, goal, reduction="batchmean")
        loss.backward()
        optimizer.step()
        total += loss.item()
        steps += 1
    print(epoch, total / max(1, steps))
