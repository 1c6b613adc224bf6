import numpy as np
import torch
from torch import nn


def oversample(x, y, rng):
    rare = np.flatnonzero(y == 1)
    extra = rng.choice(rare, size=(y == 0).sum() - len(rare))
    keep = np.concatenate([np.arange(len(y)), extra])
    return x[keep], y[keep]


def split(x, y, rng, share=0.25):
    order = rng.permutation(len(y))  # expect: train-val-contamination
    cut = int(len(y) * share)
    return x[order[cut:]], y[order[cut:]], x[order[:cut]], y[order[:cut]]


def main():
    rng = np.random.default_rng(5)
    torch.manual_seed(5)
    y = (rng.random(260) < 0.2).astype(np.int64)
    x = rng.normal(size=(260, 8)).astype(np.float32) + 0.5 * y[:, None].astype(np.float32)
    x, y = oversample(x, y, rng)  # expect: train-val-contamination
    x_train, y_train, x_val, y_val = map(torch.from_numpy, split(x, y, rng))
    net = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 2))
    opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
    for epoch in range(5):
        net.train()
        for b in torch.randperm(len(y_train)).split(32):
            opt.zero_grad()
            loss = nn.functional.cross_entropy(net(x_train[b]), y_train[b])
            loss.backward()
            opt.step()
        net.eval()
        with torch.no_grad():
            acc = (net(x_val).argmax(1) == y_val).float().mean().item()  # expect: train-val-contamination
        print("epoch", epoch, "balanced accuracy", round(acc, 3))


main()
