"""What `fourbeat check` costs: the same script bare and checked, in processes that take turns.

Each process prints the median of its later steps and of its first eight, in which every operation is
looked at, and its largest memory. The figures are medians over the pairs; the whole command is timed from
outside, start of Python and imports included.
Run: python benchmarks/checking.py [--pairs 5]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SCRIPT = """
import json, resource, sys, time
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(1)
torch.manual_seed(0)
rows, width, steps = map(int, sys.argv[1:4])
x, y = torch.randn(rows * 16, 32), torch.randint(0, 4, (rows * 16,))
loader = DataLoader(TensorDataset(x, y), batch_size=rows, shuffle=True)
model = nn.Sequential(
    nn.Linear(32, width), nn.ReLU(), nn.Dropout(0.1), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 4)
)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
times = []
while len(times) < steps:
    for inputs, target in loader:
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs), target)
        loss.backward()
        optimizer.step()
        times.append(time.perf_counter() - start)
middle = lambda some: sorted(some)[len(some) // 2]
print(json.dumps({
    "first": middle(times[2:8]), "later": middle(times[len(times) // 2:]),
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""

CASES = ((128, 384, 1500), (1024, 896, 80))
"""Rows, width, steps."""

SEEN = 10
"""Steps after which a check of a script without `zero_grad` is ended, for its report."""


def run(script: Path, case: tuple[int, ...], *, checked: bool) -> dict[str, Any]:
    """One process, with the seconds that all of it took."""
    way = ["-m", "fourbeat", "check"] if checked else []
    command = [sys.executable, *way, str(script), *map(str, case)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return {**json.loads(done.stdout), "whole": time.perf_counter() - start}


def first_report(script: Path, case: tuple[int, ...]) -> tuple[float, float]:
    """Seconds that importing torch takes, and that a finding takes from the command's start."""
    buggy = script.with_name("buggy.py")
    buggy.write_text(SCRIPT.replace("        optimizer.zero_grad()\n", ""))
    way = ["-m", "fourbeat", "check", "--steps", str(SEEN), str(buggy), *map(str, case)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    times: list[float] = []
    for words in (["-c", "import torch"], way):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, *words], env=environment, capture_output=True, text=True, check=False
        )
        times.append(time.perf_counter() - start)
    assert "missing-zero-grad" in done.stderr
    return times[0], times[1]


def main() -> None:
    """Print one line a case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=5)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.py"
        script.write_text(SCRIPT)
        for case in CASES:
            found: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
            for number in range(pairs):
                for checked in (False, True) if number % 2 else (True, False):
                    found[checked].append(run(script, case, checked=checked))
            middle = {
                (checked, key): statistics.median(one[key] for one in found[checked])
                for checked in found
                for key in ("first", "later", "memory", "whole")
            }
            step = 1000 * middle[False, "later"]
            print(
                f"step {step:.2f} ms: checked / bare {middle[True, 'later'] / middle[False, 'later']:.3f}; "
                f"the first steps {middle[True, 'first'] / middle[False, 'first']:.2f}; "
                f"memory {middle[False, 'memory']:.0f} -> {middle[True, 'memory']:.0f} MiB; "
                f"whole command {middle[False, 'whole']:.2f} -> {middle[True, 'whole']:.2f} s",
                flush=True,
            )
        reports = [first_report(script, CASES[0]) for _ in range(pairs)]
        bare, first = (statistics.median(times) for times in zip(*reports, strict=True))
        print(
            f"first finding, ended after {SEEN} steps: {first:.2f} s, importing torch {bare:.2f} s of it"
        )


if __name__ == "__main__":
    main()
