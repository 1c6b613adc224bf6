"""How long a training step takes, in fourbeat and elsewhere: the same training, alternated.

Every contender trains in a process of its own, and they take turns block by block, so that all meet
the same machine. The figure is the median, over blocks, of a contender's time over that of the
lessons' loop in the same round, with the quartiles; beside it the accuracy on the test rows at the end.
On a GPU (`--device cuda`) also the share of the time in which it ran a kernel: in each one's last block,
which the profiler looks at and which is not counted.
Run: python benchmarks/speed.py WORKLOAD [--device cpu] [--threads 1] [--only NAME …]
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent

BLOCKS = 25
"""Blocks that a training is divided into; the first one is not counted."""

CONTENDERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "lesson": ("plain:lesson", ()),
    "hand-tuned": ("plain:tuned", ()),
    "fourbeat, own loop": ("ours:loop", ()),
    "fourbeat, own loop, not recorded": ("ours:unrecorded", ()),
    "fourbeat, own loop over a DataLoader": ("ours:over_data_loader", ()),
    "fourbeat, fit": ("ours:fit", ()),
    "fourbeat, fit, steps compiled": ("ours:compiled", ()),
    "Lightning": ("peers:lightning", ("lightning",)),
    "Lightning, bare": ("peers:lightning_bare", ("lightning",)),
    "Fabric": ("peers:fabric", ("lightning",)),
    "Accelerate": ("peers:accelerate", ("accelerate",)),
    "Ignite": ("peers:ignite", ("ignite",)),
    "skorch": ("peers:skorch", ("skorch",)),
    "Keras on torch": ("peers:keras_torch", ("keras",)),
    "Keras on JAX": ("peers:keras_jax", ("keras", "jax")),
}
"""By name, the function and the packages that must be there for it."""

CANNOT = {"table-full": ("skorch",)}
"""Who is not asked: skorch's classifier takes no bf16."""

DEVICES = ("cpu", "cuda")

HIDDEN = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
"""The environment in which who picks a device by itself picks the CPU."""


@dataclass(frozen=True)
class Result:
    """What a contender did.

    Attributes:
        ratio, low, high: of its time to the lesson's: the median over blocks and the quartiles.
        accuracy: on the test rows.
        megabytes: the largest memory in MiB: of its process, or on a GPU of torch's tensors there, None
            for who trains without torch.
        busy: the share of the time in which the GPU ran a kernel; None where that is not known.
    """

    ratio: float
    low: float
    high: float
    accuracy: float
    megabytes: float | None
    busy: float | None = None


class Process:
    """A contender at work."""

    def __init__(self, function: str, workload: str, threads: int, device: str):
        command = [sys.executable, "-m", "loops.worker", function, workload]
        command += [str(BLOCKS), str(threads), device]
        env = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(HERE)}
        env |= HIDDEN if device == "cpu" else {}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, env=env, text=True, **pipes)
        self.seconds: list[float] = []
        self.said: dict[str, Any] = {}

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


def demand(device: str) -> None:
    """Leave with one line where there is no such device."""
    if device == "cpu":
        return
    import torch  # here, since without a GPU this process needs none of it

    if not torch.cuda.is_available():
        raise SystemExit(
            f"--device {device}: torch {torch.__version__} finds no CUDA device on this machine; "
            "leave the option out to measure on the CPU"
        )


def measure(
    workload: str, names: Sequence[str], threads: int, device: str = "cpu"
) -> tuple[float, dict[str, Result]]:
    """The seconds of the lesson's step, and what each contender did that is installed."""
    running = {
        name: Process(function, workload, threads, device)
        for name, (function, packages) in CONTENDERS.items()
        if name == "lesson"
        or (
            name in names
            and name not in CANNOT.get(workload, ())
            and all(importlib.util.find_spec(package) for package in packages)
        )
    }
    alive = list(running)
    while alive:
        alive = [name for name in alive if running[name].turn()]
        alive.reverse()
    base = running["lesson"].seconds
    found: dict[str, Result] = {}
    for name, process in running.items():
        count = min(len(base), len(process.seconds))
        ratios = np.divide(process.seconds[1:count], base[1:count])
        low, middle, high = (float(q) for q in np.quantile(ratios, (0.25, 0.5, 0.75)))
        found[name] = Result(middle, low, high, **process.said)
    return statistics.median(base[1:]), found


def line(result: Result, device: str) -> str:
    """What there is to say of one."""
    memory = "unknown" if result.megabytes is None else f"{result.megabytes:.0f} MiB"
    text = (
        f"{result.ratio:.3f} ({result.low:.3f} to {result.high:.3f}); accuracy "
        f"{result.accuracy:.4f}; "
    )
    if device == "cpu":
        return text + memory
    busy = "unknown" if result.busy is None else f"{result.busy:.0%}"
    return f"{text}memory of tensors on the GPU {memory}; busy {busy}"


def main() -> None:
    """Print a line for each contender."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workload")
    parser.add_argument("--device", choices=DEVICES, default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="+", default=list(CONTENDERS))
    asked = parser.parse_args()
    demand(asked.device)
    usual, found = measure(asked.workload, asked.only, asked.threads, asked.device)
    print(f"{asked.workload}: lesson's step {usual * 1e6:.0f} us")
    for name, result in found.items():
        print(f"{name:>36}: {line(result, asked.device)}")


if __name__ == "__main__":
    main()
