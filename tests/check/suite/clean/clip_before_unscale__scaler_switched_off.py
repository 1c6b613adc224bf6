"""One code path for half and full precision; the scaler is disabled here."""

import argparse
from contextlib import nullcontext

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--amp", action="store_true")
parser.add_argument("--clip", type=float, default=1.0)
args = parser.parse_args()

torch.manual_seed(73)
x = torch.randn(256, 8)
y = x[:, :3].argmax(1)
model = nn.Sequential(nn.Linear(8, 32), nn.GELU(), nn.Linear(32, 3))
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
scaler = torch.amp.GradScaler("cpu", enabled=args.amp)
half = torch.autocast("cpu", torch.bfloat16) if args.amp else nullcontext()

for epoch in range(4):
    for a, b in DataLoader(TensorDataset(x, y), 32, shuffle=True):
        optimizer.zero_grad()
        with half:
            loss = nn.functional.cross_entropy(model(a), b)
        scaler.scale(loss).backward()
        nn.utils.clip_grad_norm_(model.parameters(), args.clip)
        scaler.step(optimizer)
        scaler.update()
    print(epoch, loss.item())
