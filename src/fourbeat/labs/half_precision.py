"""Half precision: fp32, bf16 and fp16 in the right order.

bf16 has the range of fp32 and fewer digits; fp16 has more digits and ends at 65,504. So fp16 needs
a scaler: scale the loss, backward, unscale, clip, step, update the scale. Clipping before unscaling
would clip numbers that are 65,536 times too large. With `precision="fp16"` fourbeat keeps that
order; an update whose scaled gradients overflow is skipped and counted, and the scale is halved.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, THIRD, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

PREDICT = (
    "The same network is trained in fp32, bf16 and fp16 from the same weights. Which of the two "
    "halves stays nearer to fp32? Will fp16, whose scale begins at 65,536, lose some updates?"
)

COMPARE = (
    "After the last epoch the losses are {fp32:.4f}, {bf16:.4f} and {fp16:.4f}. bf16 is off by "
    "{bf16_gap:.5f} at most in any epoch, fp16 by {fp16_gap:.5f}, though its numbers have three "
    "more bits: while its scale came down it skipped updates ({skipped:.0f}; bf16 "
    "{bf16_skipped:.0f}), and is that far behind."
)

Word = Literal["fp32", "bf16", "fp16"]


def train(precision: Word) -> tuple[list[float], int]:
    """Loss of each epoch, and how many updates were skipped."""
    torch.manual_seed(0)
    x, y = circles(512)
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    loader = fb.TensorLoader(x, y, batch_size=64, shuffle=True)
    scaled = nn.CrossEntropyLoss(reduction="sum")  # large, as losses of sequences are
    losses: list[float] = []
    skipped = 0
    with (
        TemporaryDirectory() as place,
        fb.Run(place, model=model, optimizer=optimizer, precision=precision) as training,
    ):
        for epoch in training.epochs(30):
            for step in training.train(loader):
                rows, label = step.batch
                step.backward(scaled(model(rows), label) / 16)
                step.update()
                skipped += step.skipped
            losses.append(epoch.train.loss)
    return losses, skipped


def run(directory: Path) -> dict[str, float]:
    """Figures of the three, and `half_precision.png`."""
    words: tuple[Word, ...] = ("fp32", "bf16", "fp16")
    found = {word: train(word) for word in words}
    whole = found["fp32"][0]
    gaps = {w: [abs(a - b) for a, b in zip(whole, found[w][0], strict=True)] for w in words[1:]}
    epochs = range(1, len(whole) + 1)
    with picture(directory, "half_precision", "fp32, bf16, fp16", columns=2) as (left, right):
        for (word, (losses, _)), colour in zip(found.items(), (QUIET, RIGHT, THIRD), strict=True):
            left.plot(epochs, losses, color=colour, label=word)
        left.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
        left.set_title("The curves agree")
        for (word, values), colour in zip(gaps.items(), (RIGHT, THIRD), strict=True):
            right.plot(
                epochs,
                values,
                "o-",
                markersize=3,
                color=colour,
                label=f"{word}, updates skipped: {found[word][1]}",
            )
        right.set(xlabel="epoch", ylabel="distance from the loss in fp32")
        right.set_yscale("log")
        right.set_title("How far from fp32")
        left.legend()
        right.legend()
    return {
        **{word: losses[-1] for word, (losses, _) in found.items()},
        "bf16_gap": max(gaps["bf16"]),
        "fp16_gap": max(gaps["fp16"]),
        "skipped": found["fp16"][1],
        "bf16_skipped": found["bf16"][1],
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
