import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--amp", action="store_true")
args = parser.parse_args()

torch.manual_seed(9)
model = nn.Sequential(nn.Linear(10, 24), nn.Tanh(), nn.Linear(24, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
scaler = torch.amp.GradScaler("cpu", enabled=args.amp)

for step in range(50):
    x = torch.randn(32, 10)
    y = x[:, :2].prod(1, keepdim=True)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.amp):
        prediction = model(x)
    loss = (prediction.float() - y).pow(2).mean()
    optimizer.zero_grad()
    scaler.scale(loss).backward()
    torch.nn.utils.clip_grad_value_(model.parameters(), 0.5)
    scaler.step(optimizer)
    scaler.update()
print(loss.item())
