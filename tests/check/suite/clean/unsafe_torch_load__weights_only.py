import os
import tempfile
import torch
import torch.nn as nn


def save(path, model, optimizer, epoch):
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)


def resume(path, model, optimizer):
    ckpt = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(ckpt["model"])
    optimizer.load_state_dict(ckpt["optimizer"])
    return ckpt["epoch"] + 1


def fit(model, optimizer, x, y, epochs):
    for epoch in epochs:
        for b in torch.randperm(len(x)).split(30):
            loss = nn.functional.mse_loss(model(x[b]), y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


torch.manual_seed(8)
x = torch.randn(240, 4)
y = x[:, :1] * 2 - x[:, 3:]
with tempfile.TemporaryDirectory() as d:
    file = os.path.join(d, "ckpt.pt")
    model = nn.Linear(4, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-2)
    fit(model, optimizer, x, y, range(2))
    save(file, model, optimizer, 1)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-2)
    fit(model, optimizer, x, y, range(resume(file, model, optimizer), 4))
