"""A train step built by a closure that holds model, optimizer and scaler."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def make_step(model, optimizer, scaler, criterion):
    def step(x, y):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = model(x)
        loss = criterion(output.float(), y)
        scaler.scale(loss).backward()  # expect: grad-scaler-bypassed
        optimizer.step()  # expect: grad-scaler-bypassed
        return loss.detach()

    return step


def main():
    torch.manual_seed(4)
    x = torch.randn(200, 10)
    y = torch.sin(x[:, :1]) + x[:, 1:2] * 0.3
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    step = make_step(model, optimizer, scaler, nn.MSELoss())
    for epoch in range(3):
        losses = [step(bx, by) for bx, by in DataLoader(TensorDataset(x, y), 25, shuffle=True)]
        print(epoch, torch.stack(losses).mean().item())


main()
