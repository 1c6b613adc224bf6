"""A contender's process: `python -m loops.worker MODULE:FUNCTION WORKLOAD BLOCKS THREADS`; see `Turns`."""

import os
import sys

if hasattr(os, "sched_setaffinity"):  # before anything counts the processors: not all ask OpenMP
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-int(sys.argv[4]) :])

import importlib
import resource

from loops.turns import Turns, accuracy
from loops.workloads import WORKLOADS


def main() -> None:
    """Train a workload in turns; at the end tell the accuracy and the largest memory, in MiB."""
    module, _, function = sys.argv[1].partition(":")
    workload, blocks = WORKLOADS[sys.argv[2]], int(sys.argv[3])
    train = getattr(importlib.import_module(f"loops.{module}"), function)
    x, y, x_test, y_test = workload.data()
    turns = Turns(max(1, workload.steps(len(x)) * workload.epochs // blocks))
    turns.wait()
    logits = train(workload, x, y, turns)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    turns.tell(accuracy=accuracy(logits, x_test, y_test), megabytes=most)


if __name__ == "__main__":
    main()
