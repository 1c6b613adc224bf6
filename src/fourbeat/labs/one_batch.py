"""Overfit one batch: the check before any long run.

A sound model, loss and optimizer can learn eight rows by heart. If they cannot, no long training
will help, and the cause is nearly always in the code. `fb.overfit` tries it, says the verdict with
the likely causes, and puts everything back as it was. The broken variant is a classic: the
optimizer was made first, and then the model was made anew, so that it updates weights that nobody
uses any more.
"""

from pathlib import Path

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import RIGHT, WRONG, message, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import TRAIN

PREDICT = (
    "A network of 2-8-2 sees the same eight rows 120 times. How far does the loss fall from "
    "0.65? And if the optimizer holds the weights of another model: is there an error?"
)

COMPARE = (
    "Sound: {first:.4f} -> {last:.4f}, memorised. Broken: {broken_first:.4f} -> "
    "{broken_last:.4f}, and no error from PyTorch. The verdict names {causes:.0f} causes, first "
    "that the optimizer does not hold the model's weights. Afterwards {changed:.0f} weights of "
    "the sound model are changed: trying leaves no trace."
)


def model() -> nn.Sequential:
    """The lessons' network."""
    return nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))


def run(directory: Path) -> dict[str, float]:
    """Both verdicts, and `one_batch.png`."""
    loss_fn = nn.CrossEntropyLoss()
    torch.manual_seed(7)
    sound = model()
    before = fb.weights_sha256(sound.state_dict())
    optimizer = torch.optim.SGD(sound.parameters(), lr=0.15)
    good = fb.overfit(sound, TRAIN, loss_fn, optimizer, steps=120)
    torch.manual_seed(7)
    optimizer = torch.optim.SGD(model().parameters(), lr=0.15)
    torch.manual_seed(7)
    bad = fb.overfit(model(), TRAIN, loss_fn, optimizer, steps=120)
    with picture(directory, "one_batch", "Can it memorise one batch?", columns=2) as (left, right):
        left.plot(good.losses, color=RIGHT, label="the optimizer holds the model's weights")
        left.plot(bad.losses, color=WRONG, label="it holds those of another model")
        left.set(xlabel="step", ylabel="loss of the batch (cross-entropy)", ylim=(0, 0.9))
        left.legend(loc="upper right")
        message(right, f"Sound\n{good}\n\nBroken\n{bad}")
    return {
        "first": good.losses[0],
        "last": good.losses[-1],
        "broken_first": bad.losses[0],
        "broken_last": bad.losses[-1],
        "memorised": good.memorised + bad.memorised,
        "causes": len(bad.causes),
        "changed": 0 if fb.weights_sha256(sound.state_dict()) == before else 1,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
