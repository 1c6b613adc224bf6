"""How long a training step takes, in fourbeat and elsewhere: the same training, alternated.

Every contender trains in a process of its own, and they take turns block by block, so that all meet
the same machine. The figure is the median, over blocks, of a contender's time over that of the
lessons' loop in the same round, with the quartiles; beside it the accuracy on the test rows at the end.
Run: python benchmarks/speed.py WORKLOAD [--threads 1] [--only NAME …]
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent

BLOCKS = 25
"""Blocks that a training is divided into; the first one is not counted."""

CONTENDERS = {
    "lesson": "plain:lesson",
    "hand-tuned": "plain:tuned",
    "fourbeat, own loop": "ours:loop",
    "fourbeat, own loop, not recorded": "ours:unrecorded",
    "fourbeat, own loop over a DataLoader": "ours:over_data_loader",
    "fourbeat, fit": "ours:fit",
    "fourbeat, fit, steps compiled": "ours:compiled",
    "Lightning": "peers:lightning",
    "Lightning, bare": "peers:lightning_bare",
    "Fabric": "peers:fabric",
    "Accelerate": "peers:accelerate",
    "Ignite": "peers:ignite",
    "skorch": "peers:skorch",
    "Keras on torch": "peers:keras_torch",
    "Keras on JAX": "peers:keras_jax",
}


class Process:
    """A contender at work."""

    def __init__(self, function: str, workload: str, threads: int):
        command = [sys.executable, "-m", "loops.worker", function, workload, str(BLOCKS)]
        env = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(HERE)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, env=env, text=True, **pipes)
        self.seconds: list[float] = []
        self.said: dict[str, float] = {}

    def turn(self) -> bool:
        """Let it train a block; False once it has nothing left to do."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write("go\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("a contender ended early: see above")
        said = json.loads(line)
        if "seconds" in said:
            self.seconds.append(said["seconds"])
            return True
        self.said = said
        return False


def there(name: str) -> bool:
    """Whether what a contender needs is installed; fourbeat does not require it."""
    needs = name.split(",")[0].lower().split(" on ")
    packages = [
        {"fourbeat": "fourbeat", "hand-tuned": "torch", "fabric": "lightning"}.get(n, n)
        for n in needs
    ]
    return all(importlib.util.find_spec(package) for package in packages)


def main() -> None:
    """Print a line for each contender."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workload")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=list(CONTENDERS))
    asked = parser.parse_args()
    running = {
        name: Process(function, asked.workload, asked.threads)
        for name, function in CONTENDERS.items()
        if (name in asked.only and there(name)) or name == "lesson"
    }
    alive = list(running)
    while alive:
        alive = [name for name in alive if running[name].turn()]
        alive.reverse()
    base = running["lesson"].seconds
    usual = statistics.median(base[1:])
    print(f"{asked.workload}: lesson's step {usual * 1e6:.0f} us")
    for name, process in running.items():
        count = min(len(base), len(process.seconds))
        ratios = np.divide(process.seconds[1:count], base[1:count])
        low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
        print(
            f"{name:>36}: {middle:.3f} ({low:.3f} to {high:.3f}); accuracy "
            f"{process.said['accuracy']:.4f}; {process.said['megabytes']:.0f} MiB"
        )


if __name__ == "__main__":
    main()
