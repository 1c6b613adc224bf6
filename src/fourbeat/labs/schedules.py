"""Schedules: how the learning rate moves, and when it is moved.

Step decay and cosine move once an epoch, one-cycle moves after every batch, and warm-up raises the
rate over the first updates, before any of them. fourbeat moves each at its own time. The broken
variant is a plain loop that steps an epoch schedule after every batch: no error, and a learning
rate that is gone before the first epoch is over.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR, StepLR

import fourbeat as fb
from fourbeat.labs.picture import FOURTH, QUIET, RIGHT, THIRD, WRONG, picture
from fourbeat.labs.play import main

PREDICT = (
    "10 epochs of 20 batches, a rate of 1. StepLR divides by 10 every 4 epochs; the cosine ends "
    "at 0; warm-up takes 30 updates. After how many batches does StepLR stand at 0.01, if it is "
    "stepped after every batch by mistake?"
)

COMPARE = (
    "After {broken_batches:.0f} batches of 200, instead of {step_batches:.0f}; at the end of the "
    "first epoch it has {broken_rate:.0e} left. The number of different rates in a run tells how "
    "often a schedule was moved: step decay {step_rates:.0f}, cosine {cosine_rates:.0f}, "
    "one-cycle {onecycle_rates:.0f}. With warm-up, the first rate was {warm_first:.3f} and the "
    "largest {warm_most:.3f}, at update {warm_at:.0f}."
)

EPOCHS, BATCHES = 10, 20


def setting() -> tuple[nn.Linear, torch.optim.SGD]:
    """A model that is only there for its optimizer's rate."""
    model = nn.Linear(1, 1)
    return model, torch.optim.SGD(model.parameters(), lr=1.0)


def supervised(kind: str) -> list[float]:
    """The rate of each update under fourbeat."""
    model, optimizer = setting()
    made: dict[str, LRScheduler] = {
        "step": StepLR(optimizer, 4, 0.1),
        "cosine": CosineAnnealingLR(optimizer, EPOCHS),
        "warm": CosineAnnealingLR(optimizer, EPOCHS),
    }
    scheduler = made[kind] if kind in made else OneCycleLR(optimizer, 1.0, EPOCHS * BATCHES)
    rates: list[float] = []
    warmup = 30 if kind == "warm" else 0
    with (
        TemporaryDirectory() as place,
        fb.Run(place, model=model, optimizer=optimizer, scheduler=scheduler, warmup=warmup) as run,
    ):
        for _ in run.epochs(EPOCHS):
            for step in run.train([torch.zeros(1, 1)] * BATCHES):
                rates.append(optimizer.param_groups[0]["lr"])
                step.backward(model(step.batch).square().mean())
                step.update()
    return rates


def per_batch() -> list[float]:
    """The broken loop: the epoch schedule is stepped after every batch."""
    model, optimizer = setting()
    scheduler = StepLR(optimizer, 4, 0.1)
    rates: list[float] = []
    for _ in range(EPOCHS * BATCHES):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        model(torch.zeros(1, 1)).square().mean().backward()
        optimizer.step()
        scheduler.step()
    return rates


def until(rates: list[float], low: float) -> int:
    """Updates before the rate is at `low` or below."""
    return next(number for number, rate in enumerate(rates) if rate <= low)


def run(directory: Path) -> dict[str, float]:
    """Figures of the curves, and `schedules.png`."""
    found = {kind: supervised(kind) for kind in ("step", "cosine", "onecycle", "warm")}
    broken = per_batch()
    labels = (
        "step decay, every 4 epochs",
        "cosine, per epoch",
        "one-cycle, per batch",
        "30 updates of warm-up, then cosine",
    )
    with picture(
        directory, "schedules", "The learning rate over 10 epochs of 20 batches", columns=2
    ) as (left, right):
        for rates, colour, label in zip(
            found.values(), (RIGHT, THIRD, FOURTH, QUIET), labels, strict=True
        ):
            left.plot(rates, color=colour, label=label)
        left.set(xlabel="update", ylabel="learning rate", ylim=(0, 1.65))
        left.set_title("Moved at the right time")
        left.legend(loc="upper right")
        right.plot(found["step"], color=RIGHT, label="step decay, stepped per epoch")
        right.plot(broken, color=WRONG, label="the same, stepped per batch")
        right.set_yscale("log")
        right.set(xlabel="update", ylabel="learning rate", ylim=(1e-12, 10))
        right.set_title("An epoch schedule stepped per batch")
        right.legend(loc="lower right", bbox_to_anchor=(1, 0.25))
    warm = found["warm"]
    return {
        "step_batches": until(found["step"], 0.0101),
        "broken_batches": until(broken, 0.0101),
        "broken_rate": broken[BATCHES],
        "step_rates": len({round(rate, 9) for rate in found["step"]}),
        "cosine_rates": len(set(found["cosine"])),
        "onecycle_rates": len(set(found["onecycle"])),
        "warm_first": warm[0],
        "warm_most": max(warm),
        "warm_at": warm.index(max(warm)) + 1,
    }


if __name__ == "__main__":
    main(__doc__, PREDICT, run, COMPARE)
