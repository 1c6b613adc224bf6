"""Sorted data: what the order of the rows does to training.

Tables often come sorted: by class, by date, by customer. Without shuffling, a batch holds one class
only and the network follows whichever came last. `shuffle=True` is the cure, with an order of its
own in each epoch. Three more words of a loader: `drop_last` leaves the rows of a short last batch
out of each epoch (other ones each time, if shuffled); `num_workers` prepares batches in other
processes and gives the same batches; `pin_memory` speeds the copy to a GPU and does nothing for a CPU.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, WRONG, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

PREDICT = (
    "Two classes, 600 rows, batches of 20, sorted by class. Does the training loss look better "
    "or worse than with shuffled rows? And the validation accuracy? How many of 50 rows does "
    "drop_last leave out with batches of 16?"
)

COMPARE = (
    "A sorted batch holds {classes_sorted:.1f} classes on average, a shuffled one "
    "{classes_shuffled:.1f}. The sorted run's training loss even looks better, "
    "{sorted_train:.3f} against {shuffled_train:.3f}, as it follows the class of the moment; its "
    "validation accuracy ends at {sorted_accuracy:.3f}, the shuffled one's at "
    "{shuffled_accuracy:.3f}. drop_last left {dropped:.0f} of 50 rows out; two workers changed "
    "{changed:.0f} of the batches."
)

Rows = tuple[Tensor, Tensor]


def rings(seed: int) -> Rows:
    """600 points on two rings, sorted by ring."""
    x, y = circles(600, noise=0.2, seed=seed)
    order = y.argsort(stable=True)
    return x[order], y[order]


def train(rows: Rows, held_out: Rows, shuffle: bool) -> tuple[list[float], list[float]]:
    """Training loss and validation accuracy of each epoch."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    loader = fb.TensorLoader(*rows, batch_size=20, shuffle=shuffle)
    validation = fb.TensorLoader(*held_out, batch_size=600)
    with TemporaryDirectory() as place:
        run = fb.fit(
            model,
            loader,
            validation,
            loss_fn=nn.CrossEntropyLoss(),
            optimizer=optimizer,
            epochs=15,
            out=f"{place}/run",
        )
    curves = run.receipt.curves
    return [e.train["loss"] for e in curves], [e.validation["accuracy"] for e in curves]


def batches(rows: Rows, workers: int) -> list[Rows]:
    """An epoch of shuffled batches by a DataLoader."""
    source = torch.Generator().manual_seed(0)
    data = TensorDataset(*rows)
    return list(DataLoader(data, 20, shuffle=True, num_workers=workers, generator=source))


def run(directory: Path) -> dict[str, float]:
    """Figures of both orders, and `sorted_data.png`."""
    rows, held_out = rings(0), rings(1)
    found = {shuffle: train(rows, held_out, shuffle) for shuffle in (True, False)}
    mixed = {
        shuffle: [
            len(y.unique()) for _, y in fb.TensorLoader(*rows, batch_size=20, shuffle=shuffle)
        ]
        for shuffle in (True, False)
    }
    data = TensorDataset(torch.arange(50))
    kept = sum(len(batch) for (batch,) in DataLoader(data, 16, drop_last=True))
    pairs = zip(batches(rows, 0), batches(rows, 2), strict=True)
    changed = sum(not torch.equal(a[0], b[0]) for a, b in pairs)
    with picture(
        directory, "sorted_data", "The same rows, sorted and shuffled", columns=2
    ) as panels:
        left, right = panels
        for shuffle, colour, label in (
            (True, RIGHT, "shuffled"),
            (False, WRONG, "sorted by class"),
        ):
            for axes, values in zip((left, right), found[shuffle], strict=True):
                axes.plot(range(1, len(values) + 1), values, color=colour, label=label)
                axes.set_xlabel("epoch")
        left.set(ylabel="training loss (cross-entropy)", ylim=(0, None))
        left.set_title("Training does not give it away")
        right.axhline(1 / 2, color=QUIET, linestyle="--", linewidth=1, label="guessing one class")
        right.set(ylabel="validation accuracy", ylim=(0, 1.02))
        right.set_title("Validation does")
        right.legend(loc="lower right")
    return {
        "classes_sorted": sum(mixed[False]) / len(mixed[False]),
        "classes_shuffled": sum(mixed[True]) / len(mixed[True]),
        "sorted_train": found[False][0][-1],
        "shuffled_train": found[True][0][-1],
        "sorted_accuracy": found[False][1][-1],
        "shuffled_accuracy": found[True][1][-1],
        "dropped": 50 - kept,
        "changed": changed,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
