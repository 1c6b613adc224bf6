"""A guard against slowness that nobody noticed: exits with 1 where a ratio is out of its bounds.

The same training in a plain loop by hand, in `fourbeat.Run` without a recorder and with one, block by
block in turns within one process; the figures are medians of the ratios of neighbouring blocks. The
bounds are generous: they are to hold on a busy machine, and what is measured lies well below them.
Run: python benchmarks/guard.py
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import recording
import torch
from torch import nn

CASE = (256, (20, 128, 64, 4), 50, 60, 400)
"""Rows, widths, steps in a block, blocks, steps before the first; see `recording.blocks`."""

SUPERVISED, RECORDED = 1.25, 1.2
"""The most that a loop in `Run` may take of the plain one, and one with a recorder of one without."""


def plain(rows: int, widths: tuple[int, ...], count: int, pairs: int, warm: int) -> Iterator[float]:
    """The seconds of each block of the loop by hand."""
    model, x, y = recording.network(widths), *recording.data(rows, widths)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    began = time.process_time()
    for done in range(1, warm + count * pairs + 1):
        at = done % recording.FEW * rows
        inputs, target = x[at : at + rows], y[at : at + rows]
        nn.functional.cross_entropy(model(inputs), target).backward()
        optimizer.step()
        optimizer.zero_grad()
        if done >= warm and (done - warm) % count == 0:
            yield time.process_time() - began
            began = time.process_time()


def main() -> None:
    """Measure, print, and judge."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        loops = {
            "plain": plain(*CASE),
            "supervised": recording.blocks(Path(folder) / "a", *CASE, 0.0),
            "recorded": recording.blocks(Path(folder) / "b", *CASE, 0.02),
        }
        times: dict[str, list[float]] = {name: [next(loop)][:0] for name, loop in loops.items()}
        for _ in range(CASE[3]):
            for name, loop in loops.items():
                times[name].append(next(loop))
        for loop in reversed(loops.values()):
            loop.close()
    slow = False
    for name, other, most in (
        ("supervised", "plain", SUPERVISED),
        ("recorded", "supervised", RECORDED),
    ):
        pairs = zip(times[name], times[other], strict=True)
        ratio = statistics.median(mine / its for mine, its in pairs)
        slow |= ratio > most
        print(f"{name} / {other}: {ratio:.3f}, at most {most}")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
