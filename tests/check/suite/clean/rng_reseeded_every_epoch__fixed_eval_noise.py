"""Denoising: the evaluation reseeds for equal noise each time and restores the state; rates by hand."""
import contextlib

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@contextlib.contextmanager
def fixed_rng(seed):
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.set_rng_state(state)


def corrupt(x):
    return x * (torch.rand_like(x) > 0.3) + 0.1 * torch.randn_like(x)


def set_lr(opt, lr):
    for g in opt.param_groups:
        g["lr"] = lr


torch.manual_seed(4)
clean = torch.randn(500, 3) @ torch.randn(3, 14)
clean = clean / clean.std()
train = DataLoader(TensorDataset(clean[:400]), 40, shuffle=True, generator=torch.Generator().manual_seed(1))
dae = nn.Sequential(nn.Linear(14, 48), nn.GELU(), nn.Linear(48, 14))
opt = torch.optim.Adam(dae.parameters())
for epoch in range(6):
    set_lr(opt, 4e-3 * 0.7**epoch)
    dae.train()
    for (x,) in train:
        loss = nn.functional.mse_loss(dae(corrupt(x)), x)
        opt.zero_grad()
        loss.backward()
        opt.step()
    dae.eval()
    with fixed_rng(123), torch.no_grad():
        val = nn.functional.mse_loss(dae(corrupt(clean[400:])), clean[400:]).item()
    print(epoch, loss.item(), val)
