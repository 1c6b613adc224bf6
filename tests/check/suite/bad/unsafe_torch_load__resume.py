import os
import sys
import tempfile

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 1)

    def forward(self, x):
        return self.fc(x)


def save_pretrained(path):
    torch.manual_seed(0)
    torch.save({"model": Net().state_dict(), "epoch": 3, "args": {"lr": 0.1}}, path)


def resume(path, model, optimizer):
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)  # expect: unsafe-torch-load
    model.load_state_dict(checkpoint["model"])
    for group in optimizer.param_groups:
        group["lr"] = checkpoint["args"]["lr"]
    return checkpoint["epoch"] + 1


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "last.pt")
    if len(sys.argv) > 1:
        path = sys.argv[1]
    else:
        save_pretrained(path)
    torch.manual_seed(1)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    start = resume(path, model, optimizer)

x = torch.randn(100, 5)
y = x.sum(1, keepdim=True)
for epoch in range(start, start + 10):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
