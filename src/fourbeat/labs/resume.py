"""Killed and resumed: the same bits as if nothing had happened.

A run dies in the middle of an epoch and is started again. To go on as if nothing had happened takes
more than the weights: the optimizer's moments, the schedule, the random numbers of dropout and of
shuffling, and the place in the epoch. A fourbeat checkpoint holds them all. The broken variant
saves the weights alone, as many scripts do: it goes on too, but to another result.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn

import fourbeat as fb
from fourbeat.labs.picture import QUIET, RIGHT, WRONG, picture
from fourbeat.labs.play import main
from fourbeat.labs.rows import circles

PREDICT = (
    "A run with Adam, dropout, shuffling and a schedule is killed at step 47 of 96 and started "
    "again. How many of its later losses differ from the uninterrupted run's? And if only the "
    "weights were saved?"
)

COMPARE = (
    "Of {later:.0f} later losses {resumed_differ:.0f} differ after the resume, and "
    "{tensors_differ:.0f} tensors of the final weights; from the weights alone, "
    "{naive_differ:.0f} losses differ, by {naive_gap:.3f} at most. The same seed in a new "
    "directory gave {repeat_differ:.0f} different tensors, another seed {other_differ:.0f} of "
    "{tensors:.0f}. Predictions of the reloaded weights differ by {predictions:.0f}."
)

DIES_AT, EPOCHS = 47, 12


class KillError(Exception):
    """The process dies here; all that is left by other means are the weights."""

    def __init__(self, weights: dict[str, torch.Tensor]) -> None:
        self.weights = weights


def network() -> nn.Sequential:
    """With dropout, so that random numbers matter."""
    return nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 2))


def train(
    directory: str | Path,
    losses: dict[int, float],
    *,
    dies_at: int | None = None,
    seed: int = 0,
    weights: dict[str, torch.Tensor] | None = None,
    start: int = 0,
) -> nn.Module:
    """Train, or go on with the run in the directory; note the loss of each step."""
    torch.manual_seed(seed)
    model = network()
    if weights is not None:
        model.load_state_dict(weights)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    data = torch.utils.data.TensorDataset(*circles(256))
    loader = torch.utils.data.DataLoader(data, batch_size=32, shuffle=True)
    with fb.Run(
        directory, model=model, optimizer=optimizer, scheduler=cosine, seed=seed, checkpoint_every=1
    ) as run:
        for _ in run.epochs(EPOCHS):
            for step in run.train(loader):
                if step.number == dies_at:
                    raise KillError(model.state_dict())
                x, y = step.batch
                loss = nn.functional.cross_entropy(model(x), y)
                losses[step.number + start] = loss.item()
                step.backward(loss)
                step.update()
    return model


def differing(a: nn.Module, b: nn.Module) -> int:
    """How many tensors of the weights are not the same bits."""
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return sum(not torch.equal(x, y) for x, y in pairs)


def run(directory: Path) -> dict[str, float]:
    """Figures of all runs, and `resume.png`."""
    whole: dict[int, float] = {}
    resumed: dict[int, float] = {}
    naive: dict[int, float] = {}
    with TemporaryDirectory() as place:
        uninterrupted = train(f"{place}/whole", whole)
        repeat, other = train(f"{place}/repeat", {}), train(f"{place}/other", {}, seed=1)
        try:
            train(f"{place}/cut", resumed, dies_at=DIES_AT)
        except KillError as killed:
            train(f"{place}/naive", naive, weights=killed.weights, start=DIES_AT)
        again = train(f"{place}/cut", resumed)
    later = [number for number in whole if number >= DIES_AT]
    gaps = [abs(whole[n] - naive[n]) for n in later]
    fresh = network().eval()
    fresh.load_state_dict(again.state_dict())
    x, _ = circles(64, seed=1)
    with torch.no_grad():
        apart = (fresh(x) - uninterrupted.eval()(x)).abs().max()
    with picture(directory, "resume", "Killed at step 47, and started again") as (axes,):
        axes.plot(
            list(whole),
            list(whole.values()),
            color="#b9c4cf",
            linewidth=5,
            label="never interrupted",
        )
        axes.plot(later, [resumed[n] for n in later], color=RIGHT, label="resumed by fourbeat")
        axes.plot(
            later,
            [naive[n] for n in later],
            color=WRONG,
            linewidth=1.1,
            label="gone on from the weights alone",
        )
        axes.axvline(DIES_AT, color=QUIET, linestyle="--", linewidth=1)
        axes.set(xlabel="step", ylabel="training loss (cross-entropy)", ylim=(0, None))
        axes.legend(loc="lower left")
    return {
        "later": len(later),
        "resumed_differ": sum(resumed[n] != whole[n] for n in later),
        "tensors_differ": differing(again, uninterrupted),
        "naive_differ": sum(gap != 0 for gap in gaps),
        "naive_gap": max(gaps),
        "repeat_differ": differing(repeat, uninterrupted),
        "other_differ": differing(other, uninterrupted),
        "tensors": len(fresh.state_dict()),
        "predictions": float(apart),
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
