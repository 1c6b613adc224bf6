"""A contender's process: `python -m loops.worker MODULE:FUNCTION WORKLOAD BLOCKS THREADS DEVICE`.

See `Turns`.
"""

import os
import sys

if hasattr(os, "sched_setaffinity"):  # before anything counts the processors: not all ask OpenMP
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-int(sys.argv[4]) :])

import importlib
import resource
from dataclasses import replace

from loops.gpu import Gpu
from loops.turns import Turns, accuracy
from loops.workloads import WORKLOADS


def looked_at(device: str, gpu: Gpu | None) -> dict[str, float | None]:
    """The largest memory in MiB, of the process or of torch on the GPU; there how busy it was as well."""
    if device == "cpu":
        return {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    if gpu is None:  # torch knows nothing of who trains without it
        return {"megabytes": None}
    return {"megabytes": gpu.megabytes(), "busy": gpu.busy}


def main() -> None:
    """Train a workload in turns; at the end tell the accuracy and what was looked at."""
    module, _, function = sys.argv[1].partition(":")
    workload, blocks = replace(WORKLOADS[sys.argv[2]], device=sys.argv[5]), int(sys.argv[3])
    train = getattr(importlib.import_module(f"loops.{module}"), function)
    x, y, x_test, y_test = workload.data()
    steps = workload.steps(len(x)) * workload.epochs
    turns = Turns(max(1, steps // blocks), steps, Gpu() if workload.device == "cuda" else None)
    turns.wait()
    logits = train(workload, x, y, turns)
    seen = looked_at(workload.device, turns.gpu)
    turns.tell(accuracy=accuracy(logits, x_test, y_test), **seen)


if __name__ == "__main__":
    main()
