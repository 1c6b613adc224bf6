"""A whole training, from the start of the process to its receipt, beside the lessons' script.

`fourbeat train fashion-mnist` and a script that does the same by hand (`loops/fashion_script.py`: the same
rows, network, batch, epochs and selection; a receipt, checkpoints and a step log it has not) take turns.
Run: python benchmarks/command.py --data-dir DIR [--model mlp|cnn] [--epochs 10] [--runs 3]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

SCRIPT = Path(__file__).parent / "loops" / "fashion_script.py"


def timed(command: list[str], folder: str, threads: int) -> tuple[float, str]:
    """Seconds of a process, and what it printed."""
    env = os.environ | {"OMP_NUM_THREADS": str(threads)}
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    return time.perf_counter() - start, done.stdout


def main() -> None:
    """Print seconds, their ratio and the accuracies."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--model", choices=["mlp", "cnn"], default="mlp")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    data = str(asked.data_dir.absolute())
    epochs = str(asked.epochs)
    seconds: dict[str, list[float]] = {"script": [], "fourbeat": []}
    accuracies: dict[str, list[float]] = {"script": [], "fourbeat": []}
    ours = [
        sys.executable,
        "-m",
        "fourbeat",
        "train",
        "fashion-mnist",
        "--data-dir",
        data,
        "--json",
    ]
    ours += ["--model", asked.model, "--epochs", epochs]
    for _ in range(asked.runs):
        with tempfile.TemporaryDirectory() as folder:
            script = [sys.executable, str(SCRIPT), data, asked.model, epochs]
            took, said = timed(script, folder, asked.threads)
            seconds["script"].append(took)
            accuracies["script"].append(float(said))
            took, said = timed(ours, folder, asked.threads)
            seconds["fourbeat"].append(took)
            accuracies["fourbeat"].append(json.loads(said)["test"]["accuracy"])
    for name, taken in seconds.items():
        print(f"{name:>9}: {median(taken):6.1f} s; test accuracy {accuracies[name][0]:.4f}")
    ratios = [a / b for a, b in zip(seconds["fourbeat"], seconds["script"], strict=True)]
    print(f"    ratio: {median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()
