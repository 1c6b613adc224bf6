"""L-BFGS: an optimizer that asks for the loss again and again, through a closure.

A small network is fitted to a damped wave. Run: python labs/lbfgs.py [DIR]
"""

import sys

import torch
from torch import nn

import fourbeat as fb


def train(directory: str) -> fb.Run:
    """Train, or go on with the run in the directory."""
    torch.manual_seed(0)
    x = torch.linspace(-2, 2, 64)[:, None]
    y = torch.sin(4 * x) * torch.exp(-x.square() / 2)
    loader = fb.TensorLoader(x, y, batch_size=32, shuffle=True, seed=0)
    model = nn.Sequential(
        nn.Linear(1, 24), nn.Tanh(), nn.Linear(24, 24), nn.Tanh(), nn.Linear(24, 1)
    )
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=6)
    with fb.Run(directory, model=model, optimizer=optimizer, checkpoint_every=1) as run:
        for epoch in run.epochs(30):
            for step in run.train(loader):
                a, b = step.batch

                def closure(step=step, a=a, b=b):
                    loss = nn.functional.mse_loss(model(a), b)
                    step.backward(loss)
                    return loss

                step.update(closure=closure)
            epoch.close(run.validate([(x, y)], nn.functional.mse_loss))
    return run


if __name__ == "__main__":
    print(train(*sys.argv[1:] or ["runs/lbfgs"]).receipt.selection)
