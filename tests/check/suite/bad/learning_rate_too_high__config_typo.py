"""Experiment with a config dictionary."""
import torch
from torch import nn

CONFIG = {
    "model": {"in": 10, "hidden": [64, 64], "out": 1},
    "optim": {"name": "SGD", "lr": 3.0, "momentum": 0.9},
    "train": {"epochs": 4, "batch": 32, "seed": 4},
}


def build_model(spec):
    sizes = [spec["in"], *spec["hidden"]]
    layers = [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), nn.Tanh())]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], spec["out"]))


def build_optim(params, spec):
    kw = {k: v for k, v in spec.items() if k != "name"}
    return getattr(torch.optim, spec["name"])(params, **kw)  # expect: learning-rate-too-high


def run(cfg):
    torch.manual_seed(cfg["train"]["seed"])
    x = torch.randn(512, cfg["model"]["in"])
    y = x[:, :2].prod(1, keepdim=True) + x[:, 2:3]
    net = build_model(cfg["model"])
    opt = build_optim(net.parameters(), cfg["optim"])  # expect: learning-rate-too-high
    for epoch in range(cfg["train"]["epochs"]):
        for ix in torch.randperm(512).split(cfg["train"]["batch"]):
            opt.zero_grad()
            loss = nn.functional.mse_loss(net(x[ix]), y[ix])
            loss.backward()
            opt.step()  # expect: learning-rate-too-high
        print(epoch, loss.item())


run(CONFIG)
