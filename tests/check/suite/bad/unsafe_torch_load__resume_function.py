"""Resumes from a checkpoint when there is one."""

import os
import sys
import tempfile

import torch
from torch import nn


def load_checkpoint(path, model, optimizer):
    state = torch.load(path, map_location="cpu", weights_only=False)  # expect: unsafe-torch-load
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"] + 1


def main():
    torch.manual_seed(59)
    x = torch.randn(128, 5)
    y = x.sum(1, keepdim=True)
    model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    with tempfile.TemporaryDirectory() as folder:
        path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(folder, "last.pt")
        start = load_checkpoint(path, model, optimizer) if os.path.exists(path) else 0
        for epoch in range(start, start + 4):
            for rows in torch.randperm(128).split(32):
                optimizer.zero_grad()
                nn.functional.mse_loss(model(x[rows]), y[rows]).backward()
                optimizer.step()
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)
        print("trained up to epoch", epoch)


main()
