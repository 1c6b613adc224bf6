"""An MLP with dropout over a shuffled DataLoader."""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb

torch.manual_seed(1)
x = torch.randn(480, 10)
y = (x[:, 0] * x[:, 1] > 0).long()
loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 2))
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
loss_fn = nn.CrossEntropyLoss()

with fb.Run(sys.argv[1], model=model, optimizer=optimizer, seed=1) as run:
    for epoch in run.epochs(10):
        for step in run.train(loader):
            inputs, target = step.batch
            step.backward(loss_fn(model(inputs), target))
            step.update()
        epoch.close(run.validate(loader, loss_fn))
