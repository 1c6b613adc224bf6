"""A small transformer that learns to reverse a sequence, in bf16, with warm-up and a cosine.

Run: python labs/transformer.py [DIR]
"""

import sys

import torch
from torch import nn

import fourbeat as fb

LENGTH, WORDS, WIDTH = 6, 8, 32


class Reverse(nn.Module):
    """Logits for each position, from all positions."""

    def __init__(self):
        super().__init__()
        self.word, self.place = nn.Embedding(WORDS, WIDTH), nn.Embedding(LENGTH, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, 2, 64, dropout=0.1, batch_first=True)
        self.body = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out = nn.Linear(WIDTH, WORDS)

    def forward(self, words):
        """From words of shape (N, T), int64, to logits of shape (N, WORDS, T)."""
        h = self.word(words) + self.place.weight
        return self.out(self.body(h)).transpose(1, 2)


def train(directory: str) -> fb.Run:
    """Train, or go on with the run in the directory."""
    torch.manual_seed(4)
    words = torch.randint(0, WORDS, (512, LENGTH))
    loader = fb.TensorLoader(words, words.flip(1), batch_size=64, shuffle=True, seed=4)
    model, loss_fn = Reverse(), nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=25)
    options = {"precision": "bf16", "warmup": 10, "clip_norm": 1.0, "average": fb.EMA(0.95)}
    with fb.Run(
        directory,
        model=model,
        optimizer=optimizer,
        scheduler=cosine,
        seed=4,
        checkpoint_every=3,
        **options,
    ) as run:
        for epoch in run.epochs(25):
            for step in run.train(loader):
                x, y = step.batch
                logits = model(x)
                step.backward(loss_fn(logits, y), logits)
                step.update()
            epoch.close(run.validate(loader, loss_fn))
    return run


if __name__ == "__main__":
    print(train(*sys.argv[1:] or ["runs/transformer"]).receipt.selection)
