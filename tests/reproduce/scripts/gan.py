"""A GAN: two optimizers take turns within a step, and the noise is drawn on the way."""

import sys

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb

torch.manual_seed(4)
real = torch.randn(320, 2) * torch.tensor([1.0, 0.3]) + torch.tensor([2.0, -1.0])
loader = DataLoader(TensorDataset(real), batch_size=32, shuffle=True)
maker = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
judge = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Dropout(0.2), nn.Linear(16, 1))
model = nn.ModuleDict({"maker": maker, "judge": judge})
optimizers = {
    "judge": torch.optim.Adam(judge.parameters(), lr=2e-3, betas=(0.5, 0.999)),
    "maker": torch.optim.Adam(maker.parameters(), lr=1e-3, betas=(0.5, 0.999)),
}

with fb.Run(sys.argv[1], model=model, optimizer=optimizers, seed=4) as run:
    for epoch in run.epochs(30):
        for step in run.train(loader):
            (true,) = step.batch
            made = maker(torch.randn(len(true), 4))
            yes, no = judge(true), judge(made.detach())
            loss = bce(yes, torch.ones_like(yes)) + bce(no, torch.zeros_like(no))
            step.backward(loss, optimizer="judge")
            step.update("judge")
            answer = judge(made)
            step.backward(bce(answer, torch.ones_like(answer)), optimizer="maker")
            step.update("maker")
        epoch.close()
