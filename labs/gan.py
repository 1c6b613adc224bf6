"""A GAN: two optimizers that take turns on each batch, in one run that resumes.

The maker learns to draw points from a ring. Run: python labs/gan.py [DIR]
"""

import sys

import torch
from torch import nn

import fourbeat as fb


def train(directory: str) -> fb.Run:
    """Train, or go on with the run in the directory."""
    torch.manual_seed(3)
    angle = torch.rand(512) * 2 * torch.pi
    ring = torch.stack([angle.cos(), angle.sin()], dim=1)
    loader = torch.utils.data.DataLoader(ring, batch_size=64, shuffle=True)
    make = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    judge = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Dropout(0.1), nn.Linear(32, 1))
    optimizers = {
        "judge": torch.optim.Adam(judge.parameters(), lr=3e-3, betas=(0.5, 0.99)),
        "make": torch.optim.Adam(make.parameters(), lr=3e-3, betas=(0.5, 0.99)),
    }
    loss_fn = nn.functional.binary_cross_entropy_with_logits
    model = nn.ModuleDict({"make": make, "judge": judge})
    with fb.Run(directory, model=model, optimizer=optimizers, seed=3, checkpoint_every=4) as run:
        for _ in run.epochs(30):
            for step in run.train(loader):
                real, n = step.batch, len(step.batch)
                fake = make(torch.randn(n, 4))
                right = loss_fn(judge(real), torch.ones(n, 1))
                wrong = loss_fn(judge(fake.detach()), torch.zeros(n, 1))
                step.backward(right + wrong, optimizer="judge")
                step.update("judge")
                step.backward(loss_fn(judge(fake), torch.ones(n, 1)), optimizer="make")
                step.update("make")
    return run


if __name__ == "__main__":
    print(train(*sys.argv[1:] or ["runs/gan"]).receipt.curves[-1].train)
