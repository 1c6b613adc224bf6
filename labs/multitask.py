"""Two tasks, one body: a class and a quantity, with the parts of the loss in the report.

Run: python labs/multitask.py [DIR]
"""

import sys

import torch
from torch import nn

import fourbeat as fb


class Two(nn.Module):
    """A shared body with a head for each task."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Dropout(0.1))
        self.kind, self.size = nn.Linear(32, 3), nn.Linear(32, 1)

    def forward(self, x):
        """Logits of shape (N, 3) and sizes of shape (N,)."""
        h = self.body(x)
        return self.kind(h), self.size(h).squeeze(1)


def train(directory: str) -> fb.Run:
    """Train, or go on with the run in the directory."""
    torch.manual_seed(1)
    x = torch.randn(300, 4)
    kind, size = x[:, :3].argmax(1), x.sum(1)
    loader = fb.TensorLoader(x, kind, size, batch_size=32, shuffle=True, seed=1)
    model = Two()
    groups = fb.parameter_groups(model, {"*.bias": {"weight_decay": 0.0}})
    optimizer = torch.optim.AdamW(groups, lr=0.01)
    with fb.Run(directory, model=model, optimizer=optimizer, seed=1, checkpoint_every=2) as run:
        for _ in run.epochs(20):
            for step in run.train(loader):
                a, label, amount = step.batch
                logits, guess = model(a)
                one = nn.functional.cross_entropy(logits, label)
                two = nn.functional.mse_loss(guess, amount)
                step.backward(one + 0.5 * two, terms={"kind": one, "size": two})
                step.update()
    return run


if __name__ == "__main__":
    print(train(*sys.argv[1:] or ["runs/multitask"]).receipt.curves[-1].train)
