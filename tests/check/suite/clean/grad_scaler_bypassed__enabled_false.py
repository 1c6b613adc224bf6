import argparse
import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--amp", action="store_true")
args = parser.parse_args()

torch.manual_seed(27)
x = torch.rand(256, 3) * 2 - 1
y = x.prod(1, keepdim=True)
net = nn.Sequential(nn.Linear(3, 40), nn.SiLU(), nn.Linear(40, 1))
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
scaler = torch.amp.GradScaler("cpu", enabled=args.amp)
for epoch in range(3):
    for idx in torch.randperm(256).split(32):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.amp):
            loss = nn.functional.mse_loss(net(x[idx]), y[idx])
        scaler.scale(loss).backward()
        optimizer.step()
    print(epoch, loss.item())
