import numpy as np
import torch
from torch import nn


class SpectrumModel(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.enc = nn.Linear(n, 16)
        self.dec = nn.Linear(16, n)

    def forward(self, x):
        return self.dec(torch.tanh(self.enc(x)))


def spectral_distance(a, b):
    fa = torch.from_numpy(np.abs(np.fft.rfft(a.detach().numpy()))).float()  # expect: loss-detached-from-model
    fb = torch.from_numpy(np.abs(np.fft.rfft(b.numpy()))).float()
    loss = (fa - fb).pow(2).mean()  # expect: loss-detached-from-model
    loss.requires_grad_(True)  # expect: loss-detached-from-model
    return loss


def main():
    torch.manual_seed(21)
    grid = torch.arange(16) / 16
    waves = torch.sin(6.28 * grid * torch.randint(1, 5, (200, 1)) + torch.rand(200, 1))
    model = SpectrumModel(16)
    opt = torch.optim.SGD(model.parameters(), lr=1e-2)
    for epoch in range(3):
        for idx in torch.randperm(200).split(20):
            loss = spectral_distance(model(waves[idx]), waves[idx])  # expect: loss-detached-from-model
            opt.zero_grad()
            loss.backward()  # expect: loss-detached-from-model
            opt.step()
        print("epoch", epoch, "spectral", loss.item())


main()
