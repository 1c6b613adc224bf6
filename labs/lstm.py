"""An LSTM over sequences of unequal length: padded, masked, accumulated, clipped.

The label of each position is the parity of the ones so far. Run: python labs/lstm.py [DIR]
"""

import sys

import torch
from torch import nn

import fourbeat as fb


class Parity(nn.Module):
    """Logits for each position."""

    def __init__(self):
        super().__init__()
        self.lstm, self.out = nn.LSTM(1, 16, batch_first=True), nn.Linear(16, 2)

    def forward(self, bits):
        """From bits of shape (N, T, 1) to logits of shape (N, 2, T)."""
        return self.out(self.lstm(bits)[0]).transpose(1, 2)


def train(directory: str) -> fb.Run:
    """Train, or go on with the run in the directory."""
    torch.manual_seed(2)
    bits = torch.randint(0, 2, (256, 8, 1)).float()
    parity = bits.squeeze(2).cumsum(1).long() % 2
    parity[torch.arange(8) >= torch.randint(3, 9, (256, 1))] = -100  # padding has no label
    loader = fb.TensorLoader(bits, parity, batch_size=16, shuffle=True, seed=2)
    model, loss_fn = Parity(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    options = {"accumulate": 2, "clip_norm": 1.0, "checkpoint_every": 3}
    with fb.Run(directory, model=model, optimizer=optimizer, **options) as run:
        for epoch in run.epochs(40):
            for step in run.train(loader):
                for x, y in step.batches:
                    logits = model(x)
                    step.backward(loss_fn(logits, y), logits, weight=(y >= 0).sum())
                step.update()
            epoch.close(run.validate([(bits, parity)], loss_fn))
    return run


if __name__ == "__main__":
    print(train(*sys.argv[1:] or ["runs/lstm"]).receipt.selection)
