"""What the flight recorder costs: the same loop in `fourbeat.Run` with it and without it.

Two trainings of the same network, one recorded and one not (`record=0`), take turns block by block
within one process, so that both meet the same machine. The figure is the median, over pairs of
neighbouring blocks, of the recorded one's time over the other's, with the quartiles; the mean of the
blocks beside it holds what comes seldom, such as snapshots. Then what the recorder says of itself.
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

import numpy as np
import torch
from torch import nn

import fourbeat as fb

CASES = (
    # rows, widths, steps in a block, pairs of blocks
    (8, (2, 8, 2), 500, 120),
    (256, (20, 256, 64, 4), 150, 120),
    (1024, (784, 1024, 1024, 10), 4, 40),
)


def blocks(
    directory: Path, rows: int, widths: tuple[int, ...], count: int, pairs: int, record: float
) -> Iterator[float]:
    """Train, and give the seconds that each block of `count` steps takes; the first is a warm-up."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    few = 16
    x, y = torch.randn(few * rows, widths[0]), torch.randint(0, widths[-1], (few * rows,))
    numbers = torch.arange(few * rows).repeat(count * (pairs + 1) // few + 1)
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
                if (step.number + 1) % count == 0:
                    yield time.process_time() - began
                    began = time.process_time()


def main() -> None:
    """Print one line a case and round."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--baseline", action="store_true")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print("step unrecorded; recorded / unrecorded (quartiles; means); the recorder's own count")
    for case in CASES * asked.rounds:
        rows, widths, count, pairs = case
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
            whole = sum(times["with"]) / sum(times["without"])
            said = ""
            if not asked.baseline:
                log = fb.history(Path(folder) / "with")
                own = float(log.seconds("recorder").mean()) / step
                held = float(np.isfinite(log.layer("0.weight").update).mean())
                hashed = float((log.batch > 0).mean())
                said = (
                    f"; own count {own:.3f}; updates' norms in {held:.1%} of the steps, batch's hash "
                    f"in {hashed:.1%}"
                )
        print(
            f"{'-'.join(map(str, widths)):>18} batch {rows:>4}: {step * 1e6:7.0f} us; {middle:.3f} "
            f"({low:.3f} to {high:.3f}; {whole:.3f}){said}",
            flush=True,
        )


if __name__ == "__main__":
    main()
