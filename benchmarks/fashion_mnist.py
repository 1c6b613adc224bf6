"""Test accuracy on Fashion-MNIST: the lesson's MLP over seeds, and the CNN.

    python benchmarks/fashion_mnist.py --data-dir DIR [--mlp-seeds 0 1 2 3 4] [--cnn-seeds 0 1 2]

DIR holds the four IDX files. Both train with no option but the model's name: batch 64, Adam at
1e-3 (for the CNN along a cosine), 10 epochs, 51,000 rows for training and 9,000 for the choice of the epoch. Each line is one
run; the last ones are means over the seeds with the deviation of single runs.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from fourbeat.config import sources
from fourbeat.job.train import train


def accuracy(model: str, folder: Path, seed: int) -> float:
    """Train once, and print the run."""
    flags = {
        "data.path": "fashion-mnist",
        "data.dir": str(folder),
        "model.name": model,
        "seed": seed,
    }
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        _, receipt = train(sources.load(flags=flags), Path(out) / "run")
    test, best = receipt.results["test"], receipt.selection
    print(
        f"{model} seed {seed}: test accuracy {test['accuracy']:.4f}, loss {test['loss']:.4f}, "
        f"epoch {best.epoch} of {receipt.run.epochs}, {receipt.model.parameters:,} parameters, "
        f"{time.perf_counter() - start:.0f} s",
        flush=True,
    )
    return test["accuracy"]


def main() -> None:
    """Print every run, and the means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--mlp-seeds", type=int, nargs="*", default=[0, 1, 2, 3, 4])
    parser.add_argument("--cnn-seeds", type=int, nargs="*", default=[0, 1, 2])
    arguments = parser.parse_args()
    for model, seeds in (("mlp", arguments.mlp_seeds), ("cnn", arguments.cnn_seeds)):
        found = [accuracy(model, arguments.data_dir, seed) for seed in seeds]
        if found:
            spread = f" +- {statistics.stdev(found):.4f}" if len(found) > 1 else ""
            print(f"{model}: {statistics.mean(found):.4f}{spread} over {len(found)} seeds")


if __name__ == "__main__":
    main()
