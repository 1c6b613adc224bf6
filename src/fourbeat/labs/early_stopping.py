"""Early stopping: end when the validation no longer improves, and keep the best.

A large network on few noisy rows goes on improving on them long after it has stopped learning
anything of use. With `patience=5` a run ends five epochs after its best validation, and the best
weights are the ones that stay. Scheduler, selection and stopping work together in one call; the
same run without patience shows what was saved.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn
from torch.optim.lr_scheduler import StepLR

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, THIRD, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

PREDICT = (
    "The run may take 60 epochs and has a patience of 5. If epoch n is the best, which one is "
    "the last? Which weights does the run leave, and are they better than those after 60 epochs?"
)

COMPARE = (
    "Epoch {best_epoch:.0f} was the best and {stopped_at:.0f} the last: {waited:.0f} without "
    "improvement. The weights that stay have a validation loss of {best:.4f}; after "
    "{all_epochs:.0f} epochs it is {last:.4f}, while the training loss went from "
    "{train_at_best:.3f} to {train_last:.3f}. Times that the scheduler had lowered the learning "
    "rate by then: {lowered:.0f}."
)


def train(patience: int | None) -> fb.Run:
    """A run of 60 epochs at most."""
    torch.manual_seed(1)
    model = nn.Sequential(
        nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 2)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    with TemporaryDirectory() as place:
        return fb.fit(
            model,
            fb.TensorLoader(*circles(80, noise=0.3), batch_size=20, shuffle=True),
            [circles(400, noise=0.3, seed=1)],
            loss_fn=nn.CrossEntropyLoss(),
            optimizer=optimizer,
            scheduler=StepLR(optimizer, 10, 0.8),
            epochs=60,
            patience=patience,
            out=f"{place}/run",
        )


def run(directory: Path) -> dict[str, float]:
    """Figures of both runs, and `early_stopping.png`."""
    stopped, whole = train(5).receipt, train(None).receipt
    assert stopped.selection is not None
    best, last = stopped.selection.epoch, stopped.curves[-1]
    losses = [(e.train["loss"], e.validation["loss"]) for e in whole.curves]
    with picture(directory, "early_stopping", "Stopped five epochs after the best") as (axes,):
        epochs = range(1, len(losses) + 1)
        axes.plot(epochs, [a for a, _ in losses], color=THIRD, label="training")
        axes.plot(epochs, [b for _, b in losses], color=RIGHT, label="validation")
        axes.axvline(
            best, color=QUIET, linestyle=":", label=f"best: epoch {best}, its weights stay"
        )
        axes.axvline(last.epoch, color=QUIET, linestyle="--", label=f"stopped: epoch {last.epoch}")
        axes.axvspan(last.epoch, len(losses), color="#f0f2f4", label="what was saved")
        axes.set(xlabel="epoch", ylabel="loss (cross-entropy)", ylim=(0, None), xlim=(1, 60))
        axes.legend(loc="lower right")
    return {
        "best_epoch": best,
        "stopped_at": last.epoch,
        "waited": last.epoch - best,
        "stopped_early": int(stopped.run.stopped_early),
        "best": stopped.selection.value,
        "all_epochs": len(losses),
        "last": losses[-1][1],
        "train_at_best": losses[best - 1][0],
        "train_last": losses[-1][0],
        "lowered": len({e.lr[0] for e in stopped.curves}) - 1,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
