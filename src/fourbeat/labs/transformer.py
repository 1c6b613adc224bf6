"""A small transformer that learns to reverse a sequence, in bf16, with warm-up and a cosine.

Attention lets each position look at all others, so a rule that runs right to left costs nothing
more. Transformers ask for care at the start: warm-up, clipping, AdamW. Forward runs in bf16, and
the weights that are validated and kept are a moving average (EMA) over the updates.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, THIRD, picture
from fourbeat.labs.play import main

PREDICT = (
    "Six words of eight, to be reversed, in 25 epochs of eight updates. The averaged weights lag "
    "behind: are they better or worse than the last ones, early on and in the end?"
)

COMPARE = (
    "In the first epoch the averaged weights had {first_average:.3f}, the epoch's own mean was "
    "{first_own:.3f}; in the end they have {loss:.4f} against {own:.4f}, which has dropout in "
    "it, with an accuracy of {accuracy:.3f}. The learning rate was largest, {largest_rate:.4f}, "
    "in epoch {largest_epoch:.0f}."
)

LENGTH, WORDS, WIDTH = 6, 8, 32


class Reverse(nn.Module):
    """Logits for each position, from all positions."""

    def __init__(self) -> None:
        super().__init__()
        self.word, self.place = nn.Embedding(WORDS, WIDTH), nn.Embedding(LENGTH, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, 2, 64, dropout=0.1, batch_first=True)
        self.body = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out = nn.Linear(WIDTH, WORDS)

    def forward(self, words: Tensor) -> Tensor:
        """From words of shape (N, T), int64, to logits of shape (N, WORDS, T)."""
        h = self.word(words) + self.place.weight
        return self.out(self.body(h)).transpose(1, 2)


def train(directory: str | Path) -> fb.Run:
    """Train, or go on with the run in the directory."""
    torch.manual_seed(4)
    words = torch.randint(0, WORDS, (512, LENGTH))
    loader = fb.TensorLoader(words, words.flip(1), batch_size=64, shuffle=True, seed=4)
    model, loss_fn = Reverse(), nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=25)
    with fb.Run(
        directory,
        model=model,
        optimizer=optimizer,
        scheduler=cosine,
        seed=4,
        checkpoint_every=3,
        precision="bf16",
        warmup=10,
        clip_norm=1.0,
        average=fb.EMA(0.95),
    ) as run:
        for epoch in run.epochs(25):
            for step in run.train(loader):
                x, y = step.batch
                logits = model(x)
                step.backward(loss_fn(logits, y), logits)
                step.update()
            epoch.close(run.validate(loader, loss_fn))
    return run


def run(directory: Path) -> dict[str, float]:
    """Figures of the run, and `transformer.png`."""
    curves = train(directory).receipt.curves
    epochs, rates = range(1, len(curves) + 1), [epoch.lr[0] for epoch in curves]
    with picture(directory, "transformer", "A transformer learns to reverse", columns=2) as panels:
        left, right = panels
        left.plot(
            epochs, [e.train["loss"] for e in curves], color=THIRD, label="training, with dropout"
        )
        left.plot(
            epochs,
            [e.validation["loss"] for e in curves],
            color=RIGHT,
            label="averaged weights (EMA)",
        )
        left.set(xlabel="epoch", ylabel="loss (cross-entropy)", ylim=(0, None))
        left.legend()
        right.plot(epochs, rates, color=QUIET)
        right.set(xlabel="epoch", ylabel="learning rate at its end", ylim=(0, None))
        right.set_title("Ten updates of warm-up, then a cosine")
    return {
        "loss": curves[-1].validation["loss"],
        "accuracy": curves[-1].validation["accuracy"],
        "own": curves[-1].train["loss"],
        "first_average": curves[0].validation["loss"],
        "first_own": curves[0].train["loss"],
        "largest_rate": max(rates),
        "largest_epoch": rates.index(max(rates)) + 1,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
