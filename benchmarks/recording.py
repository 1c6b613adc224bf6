"""What the flight recorder costs: the same loop in `fourbeat.Run` with it and without it.

Two trainings of the same network, one recorded and one not (`record=0`), take turns block by block
within one process, so that both meet the same machine. The figure is the median, over pairs of
neighbouring blocks, of the recorded one's time over the other's, with the quartiles; the mean of the
blocks beside it holds what comes seldom, such as snapshots. While the other one trains the recorder's
clock stands still, so that snapshots and writes come as often as they do alone. Then what the recorder
says of itself.
Run: python benchmarks/recording.py [--rounds 2] [--baseline]

With `--baseline` neither is recorded: what is printed then is the noise.
"""

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import fourbeat as fb
from fourbeat.record.layout import Flag

CASES = (
    # rows, widths, steps in a block, pairs of blocks, steps before the first
    (8, (2, 8, 2), 500, 120, 4000),
    (256, (20, 384, 128, 4), 100, 120, 4000),
    (1024, (784, 1024, 1024, 10), 4, 40, 4),
)


FEW = 16
"""Batches that come again and again."""


def network(widths: tuple[int, ...]) -> nn.Module:
    """Linear layers with ReLU between them, the same ones every time."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def data(rows: int, widths: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows and labels of these batches."""
    return torch.randn(FEW * rows, widths[0]), torch.randint(0, widths[-1], (FEW * rows,))


def blocks(
    directory: Path,
    rows: int,
    widths: tuple[int, ...],
    count: int,
    pairs: int,
    warm: int,
    record: float,
) -> Iterator[float]:
    """Train, and give the seconds that each block of `count` steps takes, after a first one.

    That takes `warm` steps: as many as the recorder sees as a whole when a process begins.
    """
    model, x, y = network(widths), *data(rows, widths)
    numbers = torch.arange(FEW * rows).repeat((warm + count * pairs) // FEW + 1)
    loader = fb.TensorLoader(x, y, rows=numbers, batch_size=rows)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    options = {"checkpoint_every": 10**9, "record": record}
    with fb.Run(directory, model=model, optimizer=optimizer, **options) as run:
        for _ in run.epochs(1):
            began = time.process_time()
            for step in run.train(loader):
                inputs, target = step.batch
                step.backward(nn.functional.cross_entropy(model(inputs), target))
                step.update()
                done = step.number + 1 - warm
                if done >= 0 and done % count == 0:
                    took, left = time.process_time() - began, time.perf_counter()
                    yield took
                    recording = run._session._recording
                    if recording is not None:
                        stand_still(recording, time.perf_counter() - left)
                    began = time.process_time()


def stand_still(recording: Any, seconds: float) -> None:
    """Let the recorder of a run not see that time has passed."""
    recording._snapshots._last += seconds
    recorder = recording._recorder
    for mark in ("_since", "_began", "_mark", "_due"):
        setattr(recorder, mark, getattr(recorder, mark) + seconds)


def main() -> None:
    """Print one line a case and round."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--baseline", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print("step unrecorded; recorded / unrecorded (quartiles; means); the recorder's own count")
    for case in CASES * asked.rounds:
        rows, widths, count, pairs, warm = case
        with tempfile.TemporaryDirectory() as folder:
            budgets = {"without": 0.0, "with": 0.0 if asked.baseline else 0.02}
            loops = {
                kind: blocks(Path(folder) / kind, *case, record) for kind, record in budgets.items()
            }
            for loop in loops.values():
                next(loop)
            gc.collect()
            times: dict[str, list[float]] = {"without": [], "with": []}
            for number in range(pairs):
                order = ["without", "with"] if number % 2 else ["with", "without"]
                for kind in order:
                    times[kind].append(next(loops[kind]))
            for loop in reversed(loops.values()):
                loop.close()
            ratios = np.divide(times["with"], times["without"])
            low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
            step = statistics.median(times["without"]) / count
            mean = sum(times["with"]) / sum(times["without"])
            said = ""
            if not asked.baseline:
                log = fb.history(Path(folder) / "with")
                own = float(log.seconds("recorder")[warm:].mean()) / step
                held = float(np.isfinite(log.layer("0.weight").update[warm:]).mean())
                whole = float(((log.flags[warm:] & Flag.TIMES) > 0).mean())
                said = (
                    f"; own count {own:.3f}; {whole:.1%} whole steps, updates' norms in {held:.1%}"
                )
        print(
            f"{'-'.join(map(str, widths)):>18} batch {rows:>4}: {step * 1e6:7.0f} us; {middle:.3f} "
            f"({low:.3f} to {high:.3f}; {mean:.3f}){said}",
            flush=True,
        )


if __name__ == "__main__":
    main()
