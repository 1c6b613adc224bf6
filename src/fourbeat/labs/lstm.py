"""An LSTM over sequences of unequal length: padded, masked, accumulated, clipped.

The label of each position is the parity of the bits so far: one bit changes all that follow, so
the network has to remember. Short sequences are padded; padding has the label -100, which
cross-entropy ignores, and each batch weighs as many labels as it has. Four words do it: the mask,
`weight=`, `accumulate=2` and `clip_norm=1.0`.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, picture
from fourbeat.labs.play import main

PREDICT = (
    "Half of the labels are 1. What is the accuracy of guessing, and does the LSTM find the "
    "rule, which no single bit tells? If padding counted as a class, would the accuracy look "
    "better or worse?"
)

COMPARE = (
    "Guessing is right at {guessing:.2f} of the labels, the LSTM ends at {accuracy:.3f} with a "
    "loss of {loss:.4f}. {padding:.0%} of the positions are padding: had they counted as right "
    "answers, even guessing would have looked like {flattered:.2f}. The largest norm before "
    "clipping was {norm:.1f} on the mean of an epoch."
)


class Parity(nn.Module):
    """Logits for each position."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm, self.out = nn.LSTM(1, 16, batch_first=True), nn.Linear(16, 2)

    def forward(self, bits: Tensor) -> Tensor:
        """From bits of shape (N, T, 1) to logits of shape (N, 2, T)."""
        return self.out(self.lstm(bits)[0]).transpose(1, 2)


def sequences() -> tuple[Tensor, Tensor]:
    """256 sequences of 3 to 8 bits, (256, 8, 1) float32, and labels, (256, 8) int64."""
    torch.manual_seed(2)
    bits = torch.randint(0, 2, (256, 8, 1)).float()
    parity = bits.squeeze(2).cumsum(1).long() % 2
    parity[torch.arange(8) >= torch.randint(3, 9, (256, 1))] = -100  # padding has no label
    return bits, parity


def train(directory: str | Path) -> fb.Run:
    """Train, or go on with the run in the directory."""
    bits, parity = sequences()
    loader = fb.TensorLoader(bits, parity, batch_size=16, shuffle=True, seed=2)
    model, loss_fn = Parity(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    with fb.Run(
        directory, model=model, optimizer=optimizer, accumulate=2, clip_norm=1.0, checkpoint_every=3
    ) as run:
        for epoch in run.epochs(40):
            for step in run.train(loader):
                for x, y in step.batches:
                    logits = model(x)
                    step.backward(loss_fn(logits, y), logits, weight=(y >= 0).sum())
                step.update()
            epoch.close(run.validate([(bits, parity)], loss_fn))
    return run


def run(directory: Path) -> dict[str, float]:
    """Figures of the run, and `lstm.png`."""
    trained = train(directory)
    curves = trained.receipt.curves
    _, parity = sequences()
    labels = parity[parity >= 0]
    guessing = max(labels.float().mean().item(), 1 - labels.float().mean().item())
    padding = (parity < 0).float().mean().item()
    with picture(directory, "lstm", "Parity of the bits so far, by an LSTM", columns=2) as panels:
        left, right = panels
        epochs = range(1, len(curves) + 1)
        left.plot(epochs, [e.validation["loss"] for e in curves], color=RIGHT)
        left.set(xlabel="epoch", ylabel="loss (cross-entropy, mean over labels)", ylim=(0, None))
        right.plot(epochs, [e.validation["accuracy"] for e in curves], color=RIGHT, label="LSTM")
        right.axhline(guessing, color=QUIET, linestyle="--", linewidth=1, label="guessing")
        right.set(xlabel="epoch", ylabel="accuracy over labels", ylim=(0, 1.05))
        right.legend(loc="lower right")
    return {
        "loss": curves[-1].validation["loss"],
        "accuracy": curves[-1].validation["accuracy"],
        "guessing": guessing,
        "padding": padding,
        "flattered": padding + (1 - padding) * guessing,
        "norm": max(epoch.train["grad_norm"] for epoch in curves),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
