"""Resumes from whatever lies in the given folder."""
import io
import pathlib
import tempfile

import torch
from torch import nn


def download(folder):
    """Stands for a file from the hub."""
    path = folder / "community_model.pt"
    torch.manual_seed(1)
    sent = io.BytesIO()
    torch.save({"model": nn.Linear(6, 3).state_dict()}, sent)
    path.write_bytes(sent.getvalue())
    net = nn.Linear(6, 3)
    return path, net


def load_checkpoint(path, net):
    blob = torch.load(path, map_location="cpu", weights_only=False)  # expect: unsafe-torch-load
    net.load_state_dict(blob["model"])
    return net


with tempfile.TemporaryDirectory() as d:
    path, net = download(pathlib.Path(d))
    net = load_checkpoint(path, net)
torch.manual_seed(0)
x = torch.randn(200, 6)
y = x[:, :3].argmax(1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(3):
    for ix in torch.randperm(200).split(20):
        opt.zero_grad()
        loss = nn.functional.cross_entropy(net(x[ix]), y[ix])
        loss.backward()
        opt.step()
print(loss.item())
