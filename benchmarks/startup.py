"""How long until something happens: help, and the first training step.

    python benchmarks/startup.py [--rows 30000]

Whole processes, imports included; medians of alternated runs. The first step is timed from the
start of the command until `Step.update` returns for the first time.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from fourbeat.data.samples import write

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


def seconds(*command: str) -> float:
    """Wall time of a process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True, env=os.environ)
    return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=30_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.csv"
        write("tickets", path, rows=rows)
        found: dict[str, list[float]] = {
            "import torch": [],
            "fourbeat --help": [],
            "first step": [],
        }
        for run in range(7):
            code = FIRST_STEP.format(path=str(path), out=f"{folder}/run{run}")
            found["import torch"].append(seconds("-c", "import torch"))
            found["fourbeat --help"].append(seconds("-m", "fourbeat", "--help"))
            found["first step"].append(seconds("-c", code))
    base = median(found["import torch"])
    for name, values in found.items():
        print(f"{name:16} {median(values):5.2f} s   {median(values) / base:5.2f} of `import torch`")
    print(f"first step: `fourbeat train` on {rows:,} rows")


if __name__ == "__main__":
    main()
