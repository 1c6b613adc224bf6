"""The short last batch: a mean over batches is not a mean over rows.

Five rows in batches of two make 2, 2 and 1. Who averages the three losses counts the last row
twice as much as any other, and the result depends on the batch size. fourbeat weighs every mean
by its rows, in training and in validation, so that the figure belongs to the data alone.
"""

from pathlib import Path

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "Four rows have a small loss, the fifth a large one, and the batches hold 2, 2 and 1 rows. "
    "Is the mean of the three batch losses above or below the mean over the rows? By how much?"
)

COMPARE = (
    "Over rows {by_rows:.4f}, over batches {by_batches:.4f}: too high by {excess:.0%}, because "
    "the last row counts {last_share:.3f} of the whole instead of 0.2. fourbeat.validate says "
    "{fourbeat:.4f} with batches of 2, of 3 or of 5; they differ by {spread:.1g}."
)


def run(directory: Path) -> dict[str, float]:
    """Figures of both means, and `short_batch.png`."""
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.6], [1.4, 0.0], [0.0, 2.2], [2.4, 0.0]])
    labels = torch.tensor([0, 1, 0, 1, 1])
    loss_fn = nn.CrossEntropyLoss()
    by_rows = loss_fn(logits, labels).item()
    batches = fb.TensorLoader(logits, labels, batch_size=2)
    means = [loss_fn(a, b).item() for a, b in batches]
    by_batches = sum(means) / len(means)
    found = [
        fb.validate(nn.Identity(), fb.TensorLoader(logits, labels, batch_size=n), loss_fn).loss
        for n in (2, 3, 5)
    ]
    with picture(directory, "short_batch", "Five rows in batches of 2, 2 and 1") as (axes,):
        own = nn.functional.cross_entropy(logits, labels, reduction="none").tolist()
        axes.bar(range(1, 6), own, 0.55, color="#c9d2db", label="loss of each row")
        for start, n, mean in zip((1, 3, 5), (2, 2, 1), means, strict=True):
            ends = start - 0.4, start + n - 0.6
            axes.plot(
                ends,
                (mean, mean),
                color=QUIET,
                linewidth=3,
                label="mean of a batch" if n == 1 else None,
            )
        axes.axhline(
            by_batches, color=WRONG, linestyle="--", label=f"mean over batches {by_batches:.3f}"
        )
        axes.axhline(by_rows, color=RIGHT, label=f"mean over rows {by_rows:.3f}")
        axes.set(xlabel="row", ylabel="loss (cross-entropy)", xticks=range(1, 6))
        axes.legend(loc="upper left")
    return {
        "by_rows": by_rows,
        "by_batches": by_batches,
        "excess": by_batches / by_rows - 1,
        "last_share": 1 / len(means),
        "fourbeat": found[0],
        "spread": max(found) - min(found),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
