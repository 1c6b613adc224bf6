"""Eight seeds together against one after the other: time, and whether they come to the same.

Two tables: the sample of support tickets with everything as it is by default, and two features with an
MLP 2-8-2. Both ways train in turns in one process. `training` is the loop alone, with validation after
each epoch; `series` is the whole of `fourbeat train --seeds 8`, with reading, scoring, intervals,
baselines and receipts. Run: python benchmarks/seeds.py [--rounds 5] [--threads 1]
"""

import argparse
import csv
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import torch
from loops.workloads import tickets

from fourbeat.config.options import Config
from fourbeat.config.sources import load
from fourbeat.data.samples import write
from fourbeat.job.member import Member
from fourbeat.job.plan import plan_of, read
from fourbeat.job.series import members, series
from fourbeat.job.tasks.known import TASKS
from fourbeat.job.together import train_stacked
from fourbeat.job.train import deterministic, options
from fourbeat.job.whole import Pass, of_the_whole
from fourbeat.loop.fit import fit
from fourbeat.receipt.model import EpochRecord

SEEDS = 8

SMALL: dict[str, Any] = {
    "model.widths": [8],
    "model.norm": "none",
    "model.dropout": 0.0,
    "optimizer.name": "adam",
    "optimizer.lr": 1e-3,
    "optimizer.weight_decay": 0.0,
    "train.batch_size": 32,
    "train.epochs": 3,
}
"""The workload `tickets` of `speed.py`, as a declaration."""


def sample(folder: Path) -> Config:
    """The support tickets, 3,000 rows."""
    write("tickets", folder / "tickets.csv")
    path = str(folder / "tickets.csv")
    return load(flags={"data.path": path, "data.target": "escalated", "train.epochs": 20, **NEVER})


def small(folder: Path) -> Config:
    """Two features, 24,000 rows."""
    x, y, more_x, more_y = tickets()
    rows = torch.cat([x, more_x]).tolist()
    path = folder / "small.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", "label"])
        writer.writerows(
            [*row, n] for row, n in zip(rows, torch.cat([y, more_y]).tolist(), strict=True)
        )
    return load(flags={"data.path": str(path), "data.target": "label", **SMALL, **NEVER})


NEVER = {"train.patience": 1000}
"""Stop early: all are to do the same work."""

Curves = list[list[EpochRecord]]


def loops(config: Config, folder: Path, *, together: bool) -> tuple[float, Curves]:
    """Seconds of the training loops of all seeds, and their curves."""
    data, curves = read(config, None), []
    made = [
        Member(plan_of(one, data), folder / name)
        for name, one in members(config, SEEDS, 0, 1).items()
    ]
    start = perf_counter()
    with deterministic(strict=False):
        if together:
            curves = [member.state.curves for member in train_stacked(made)]
        for member in [] if together else made:
            plan = member.plan
            task = TASKS[plan.record.task]
            torch.set_rng_state(member.generator.get_state())
            run = fit(
                plan.model,
                plan.train,
                plan.validation,
                loss_fn=plan.loss,
                epochs=config.train.epochs,
                metrics=of_the_whole(task.metrics(plan.record, "loss"), Pass(task.flat)),
                patience=config.train.patience,
                conclude=lambda run: None,
                out=member.directory,
                **options(plan),
            )
            curves.append(run.receipt.curves)
    return perf_counter() - start, curves


def whole(config: Config, folder: Path, *, together: bool) -> tuple[float, Curves]:
    """Seconds of the whole series, and the curves."""
    start = perf_counter()
    made = series(config, folder, seeds=SEEDS, together=together)
    return perf_counter() - start, [outcome.receipt.curves for outcome in made.outcomes]


def apart(one: Curves, other: Curves) -> float:
    """The largest relative difference of a training or validation loss."""
    pairs = [
        (a["loss"], b["loss"])
        for ours, its in zip(one, other, strict=True)
        for x, y in zip(ours, its, strict=True)
        for a, b in ((x.train, y.train), (x.validation, y.validation))
    ]
    return max(abs(a - b) / abs(b) for a, b in pairs)


def compare(
    name: str, way: Callable[..., tuple[float, Curves]], config: Config, rounds: int
) -> None:
    """Print both times and their ratio: the median, and the lowest and highest of a round."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    curves: dict[bool, Curves] = {}
    for number in range(rounds + 1):
        for together in (True, False) if number % 2 else (False, True):
            with tempfile.TemporaryDirectory() as folder:
                took, curves[together] = way(config, Path(folder), together=together)
            if number:  # the first round warms up
                seconds[together].append(took)
    ratios = sorted(b / a for a, b in zip(seconds[True], seconds[False], strict=True))
    print(
        f"{name:>20}: together {median(seconds[True]):6.2f} s, one after the other "
        f"{median(seconds[False]):6.2f} s: ratio {median(ratios):.2f} ({ratios[0]:.2f} to "
        f"{ratios[-1]:.2f}); losses differ by {apart(curves[True], curves[False]):.1e} at most",
        flush=True,
    )


def main() -> None:
    """Print a line for each table and way."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    logging.getLogger("fourbeat").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("MLP 2-8-2", small), ("ticket sample", sample)):
            config = make(Path(folder))
            compare(f"{name}, training", loops, config, asked.rounds)
            compare(f"{name}, series", whole, config, asked.rounds)


if __name__ == "__main__":
    main()
