"""The model and the data come from two files that lie beside this one."""

import sys
import tempfile
from pathlib import Path

import torch

PARTS = {
    "net_parts_nine": """
from torch import nn


class Net(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(inputs, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, x):
        return self.layers(x).squeeze(-1)
""",
    "rows_nine": """
import torch
from torch.utils.data import DataLoader, TensorDataset


def loader(n, inputs, size):
    x = torch.randn(n, inputs)
    return DataLoader(TensorDataset(x, x.mean(1)), size, shuffle=True)
""",
}


def main():
    torch.manual_seed(144)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in PARTS.items():
            Path(folder, f"{name}.py").write_text(text)
        sys.path.insert(0, folder)
        from net_parts_nine import Net
        from rows_nine import loader

        model = Net(5)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for epoch in range(4):
            for x, y in loader(200, 5, 25):
                loss = (model(x) - y).pow(2).mean()
                loss.backward()
                optimizer.step()  # expect: missing-zero-grad
            print(epoch, loss.item())


main()
