"""What supervision costs: a loop in `fourbeat.Run` against the same plain loop.

Plain and supervised steps take turns block by block within one process; each figure is the median, over
rounds, of a block's time over that of the plain one beside it, with the quartiles. The third network is the
one whose step takes about a millisecond. Run: python benchmarks/supervision.py
"""

import math
import operator
import statistics
import tempfile
import time
from itertools import pairwise, product
from pathlib import Path

import torch
from torch import nn

import fourbeat as fb

BLOCKS, STEPS = 60, 40


def case(rows: int, widths: tuple[int, ...], fused: bool | None):
    """A model, its batch and the beats of the plain loop."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    batch = torch.randn(rows, widths[0]), torch.randint(0, widths[-1], (rows,))
    return model, torch.optim.Adam(model.parameters(), fused=fused), batch


def plain(model, optimizer, batch, check):
    """STEPS steps of the plain loop; with `check`, the loss and the norm are looked at."""
    loss_fn = nn.functional.cross_entropy
    parameters = list(model.parameters())
    for _ in range(STEPS):
        x, y = batch
        loss = loss_fn(model(x), y)
        if check:
            assert math.isfinite(loss.item())
        loss.backward()
        if check:
            norm = torch.nn.utils.get_total_norm([p.grad for p in parameters])
            assert math.isfinite(norm.item())
        optimizer.step()
        optimizer.zero_grad()


def main() -> None:
    """Print one line a case."""
    torch.set_num_threads(1)
    loss_fn = nn.functional.cross_entropy
    print("plain step, plain step with checks / plain, supervised / plain")
    sizes = (
        (32, (2, 32, 32, 2)),
        (256, (20, 128, 64, 4)),
        (256, (20, 192, 96, 4)),
        (64, (784, 256, 256, 10)),
    )
    for fused, (rows, widths) in product((True, None), sizes):
        model, optimizer, batch = case(rows, widths, fused)
        times: dict[str, list[float]] = {"plain": [], "checked": [], "supervised": []}
        with tempfile.TemporaryDirectory() as folder:
            options = {
                "model": model,
                "optimizer": optimizer,
                "checkpoint_every": 10**9,
                "record": 0,
            }
            with fb.Run(Path(folder) / "run", **options) as run:
                for _ in run.epochs(1):
                    steps = run.train([batch] * (BLOCKS * STEPS))
                    for _ in range(BLOCKS):
                        for kind in ("plain", "checked"):
                            began = time.perf_counter()
                            plain(model, optimizer, batch, kind == "checked")
                            times[kind].append(time.perf_counter() - began)
                        began = time.perf_counter()
                        for _, step in zip(range(STEPS), steps, strict=False):
                            x, y = step.batch
                            step.backward(loss_fn(model(x), y))
                            step.update()
                        times["supervised"].append(time.perf_counter() - began)
        step = statistics.median(times["plain"]) / STEPS
        print(
            f"{'-'.join(map(str, widths)):>15} batch {rows:>3}, Adam{'(fused)' if fused else '':>7}: "
            f"{step * 1e6:7.0f} us, {ratio(times['checked'], times['plain'])}, "
            f"{ratio(times['supervised'], times['plain'])}"
        )


def ratio(times: list[float], base: list[float]) -> str:
    """Of blocks that were neighbours: the median and the quartiles."""
    low, middle, high = statistics.quantiles(map(operator.truediv, times, base), n=4)
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main()
