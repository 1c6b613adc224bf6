"""How long until something happens: help, imports, and the first training step.

    python benchmarks/startup.py [--rows 30000]

Whole processes; medians of alternated runs. The first step is timed from the start of the command
until `Step.update` returns for the first time. Imports are of what a training loop needs, beside
those of other libraries that are installed, with the memory that each process came to hold.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from fourbeat.data.samples import write

IMPORTS = {
    "torch": "import torch",
    "fourbeat": "from fourbeat import Run, TensorLoader, fit",
    "accelerate": "from accelerate import Accelerator",
    "ignite": "from ignite.engine import Engine",
    "skorch": "from skorch import NeuralNetClassifier",
    "lightning": "from lightning import Trainer",
    "keras": "import os; os.environ['KERAS_BACKEND'] = 'torch'; import keras",
}
"""What is timed, by the package that must be there for it."""

MEMORY = "; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"

FIRST_STEP = """
import os, sys
from fourbeat.loop.step import Step
update = Step.update
def first(self):
    update(self)
    os._exit(0)
Step.update = first
sys.argv = ["fourbeat", "train", {path!r}, "--target", "escalated", "--out", {out!r}]
from fourbeat.cli.app import main
main()
"""


def timed(*command: str) -> tuple[float, str]:
    """Wall time of a process, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command], check=True, capture_output=True, env=os.environ, text=True
    )
    return time.perf_counter() - start, done.stdout


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=30_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.csv"
        write("tickets", path, rows=rows)
        there = {name: code for name, code in IMPORTS.items() if importlib.util.find_spec(name)}
        found: dict[str, list[float]] = {code: [] for code in there.values()}
        found |= {"fourbeat --help": [], "first step": []}
        memory: dict[str, float] = {}
        for run in range(7):
            for code in there.values():
                seconds, said = timed("-c", code + MEMORY)
                found[code].append(seconds)
                memory[code] = int(said.split()[-1]) / 1024
            code = FIRST_STEP.format(path=str(path), out=f"{folder}/run{run}")
            found["fourbeat --help"].append(timed("-m", "fourbeat", "--help")[0])
            found["first step"].append(timed("-c", code)[0])
    base = median(found[IMPORTS["torch"]])
    for name, values in found.items():
        held = f"   {memory[name]:4.0f} MiB" if name in memory else ""
        print(f"{name:44} {median(values):5.2f} s   {median(values) / base:5.2f}{held}")
    print(f"ratios to `import torch`; first step: `fourbeat train` on {rows:,} rows")


if __name__ == "__main__":
    main()
