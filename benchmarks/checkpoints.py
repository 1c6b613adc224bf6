"""What a checkpoint costs a training: how long it holds the loop, and how long the disk takes.

A model with Adam's state of some hundred megabytes trains with a checkpoint every so many steps. Beside the
seconds that the loop stood still for each: those of a plain `torch.save` of the same state to a file
that is then synced, and of the same bytes written and synced. Medians.
Run: python benchmarks/checkpoints.py [--width 2048]
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

import fourbeat as fb
from fourbeat.loop.session import Session

EVERY, CHECKPOINTS = 40, 5


def timed(act: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def synced(path: Path, write: Callable[[Any], Any]) -> None:
    """Write a file, and have it on the disk."""
    with path.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=2048)
    width = parser.parse_args().width
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(64, width), nn.ReLU(), nn.Linear(width, width), nn.Linear(width, 2)
    )
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    x = torch.randn(EVERY * CHECKPOINTS * 64, 64)
    loader = fb.TensorLoader(x, (x[:, 0] > 0).long(), batch_size=64)
    held: list[float] = []
    save = Session.save

    def watched(self: Session, now: Any) -> None:
        held.append(timed(lambda: save(self, now)))

    Session.save = watched
    with tempfile.TemporaryDirectory() as folder:
        options: dict[str, Any] = {"checkpoint_every": EVERY, "record": 0}
        with fb.Run(Path(folder) / "run", model=model, optimizer=optimizer, **options) as run:
            for epoch in run.epochs(1):
                for step in run.train(loader):
                    inputs, target = step.batch
                    step.backward(nn.functional.cross_entropy(model(inputs), target))
                    step.update()
                epoch.close()
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
        path = Path(folder) / "state"
        saved = [
            timed(lambda: synced(path, lambda file: torch.save(state, file))) for _ in range(5)
        ]
        raw = path.read_bytes()
        bare = [timed(lambda: synced(path, lambda file: file.write(raw))) for _ in range(5)]
    print(f"{len(raw) / 2**20:.0f} MiB of state")
    print(f"the loop stands still   {statistics.median(held):.3f} s")
    print(f"torch.save and fsync    {statistics.median(saved):.3f} s")
    print(f"the bytes and fsync     {statistics.median(bare):.3f} s")


if __name__ == "__main__":
    main()
