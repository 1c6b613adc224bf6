"""What a prediction of one row costs: a loaded model against the bare network under `inference_mode`.

Both take turns block by block within one process; the figure is the median of the blocks' ratios, with
the quartiles. Then the same row as a table, through the schema.
Run: python benchmarks/prediction.py
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch

import fourbeat as fb

BLOCKS, CALLS = 61, 300


def seconds(call: Callable[[], Any], calls: int = CALLS) -> float:
    """Of one call, over a block of them."""
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - start) / calls


def table(rows: int) -> pa.Table:
    """Two numbers and a label."""
    random = np.random.default_rng(0)
    urgency, sentiment = random.normal(size=(2, rows))
    return pa.table(
        {"urgency": urgency, "sentiment": sentiment, "escalated": urgency + sentiment > 0}
    )


def main() -> None:
    """Print the ratios."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        short = {"train.epochs": 2}
        run = fb.train(table(600), "escalated", out=Path(folder) / "run", settings=short)
        model = fb.load(run.directory)
    row = table(1)
    features = model.encode({name: row[name] for name in row.column_names}, 1)
    inputs, network = features.inputs(), model.network
    with torch.inference_mode():
        bare, loaded = [], []
        for _ in range(BLOCKS):
            bare.append(seconds(lambda: network(*inputs)))
            loaded.append(seconds(lambda: model(*inputs)))
    low, middle, high = np.quantile(np.divide(loaded, bare), (0.25, 0.5, 0.75))
    print(f"bare network: {statistics.median(bare) * 1e6:.1f} us")
    print(f"loaded model: {middle:.3f} ({low:.3f} to {high:.3f})")
    whole = statistics.median(seconds(lambda: model.predict(row), 50) for _ in range(BLOCKS))
    print(f"predict of a table of one row: {whole * 1e6:.0f} us")


if __name__ == "__main__":
    main()
