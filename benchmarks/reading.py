"""Reading a large CSV: time beside bare pyarrow, and memory of a training on it.

    python benchmarks/reading.py [--rows 1000000] [--columns 20]

Times are medians of alternated runs in one process; memory is the peak of a process of its own,
less that of one that only imports the same libraries.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv

from fourbeat.data.source import read

PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
IMPORTS = "import fourbeat.job.train, pyarrow.csv, torch; m = torch.nn.Linear(1, 1); torch.optim.AdamW(m.parameters())"
READ = "import pyarrow.csv; table = pyarrow.csv.read_csv({path!r})"
TRAIN = """
from fourbeat.config import sources
from fourbeat.job.train import train
from pathlib import Path
train(sources.load(flags={{"data.path": {path!r}, "data.target": "y", "train.epochs": 1}}), Path({out!r}))
"""


def make(path: Path, rows: int, columns: int) -> None:
    """Normal numbers with five decimals, and a label that depends on them."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, columns)).round(5)
    y = x @ rng.normal(size=columns) + 2 * rng.logistic(size=rows) > 0
    arrays = {f"x{i}": x[:, i] for i in range(columns)}
    csv.write_csv(pa.table({**arrays, "y": pa.array(np.where(y, "yes", "no"))}), str(path))


def peak(code: str) -> float:
    """Peak memory of a fresh process that runs this, in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{PEAK}"], capture_output=True, check=True
    )
    return float(done.stdout.split()[-1])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        make(path, arguments.rows, arguments.columns)
        ours, bare = [], []
        for _ in range(7):
            start = time.perf_counter()
            csv.read_csv(str(path))
            middle = time.perf_counter()
            read(path)
            ours.append(time.perf_counter() - middle)
            bare.append(middle - start)
        print(
            f"{arguments.rows:,} rows of {arguments.columns} columns, {path.stat().st_size / 2**20:.0f} MiB of CSV"
        )
        print(
            f"read: pyarrow {median(bare):.2f} s, fourbeat with sha256 {median(ours):.2f} s, ratio {median(ours) / median(bare):.2f}"
        )
        base = peak(IMPORTS)
        table = peak(f"{IMPORTS}\n{READ.format(path=str(path))}") - base
        train = peak(f"{IMPORTS}\n{TRAIN.format(path=str(path), out=folder + '/run')}") - base
        print(
            f"memory above imports: bare pyarrow table {table:.0f} MiB, one epoch of training {train:.0f} MiB, ratio {train / table:.2f}"
        )


if __name__ == "__main__":
    main()
