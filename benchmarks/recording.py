"""What the flight recorder costs: the same loop in `fourbeat.Run` with it and without it.

Recorded and unrecorded steps alternate block by block within one process.XX
is waited for in the recorded blocks. The figure is the ratio of the blocks' medians, beside what
the recorder says of itself. Run: python benchmarks/recording.py
"""

import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn

import fourbeat as fb

CASES = (
    # rows, widths, steps in a block, blocks
    (8, (2, 8, 2), 2000, 40),
    (256, (20, 256, 64, 4), 400, 40),
    (2048, (784, 1024, 1024, 10), 8, 25),
)


def case(rows: int, widths: tuple[int, ...], count: int):
    """Model, optimizer and a loader of `count` batches."""
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        layers += [nn.Linear(a, b), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    few = 16
    x, y = torch.randn(few * rows, widths[0]), torch.randint(0, widths[-1], (few * rows,))
    numbers = torch.arange(few * rows).repeat(count // few + 1)[: count * rows]
    loader = fb.TensorLoader(x, y, rows=numbers, batch_size=rows)
    return model, torch.optim.Adam(model.parameters(), fused=True), loader


def block(model, steps, count: int) -> float:
    """Seconds that some steps take."""
    began = time.perf_counter()
    for _, step in zip(range(count), steps, strict=False):
        x, y = step.batch
        step.backward(nn.functional.cross_entropy(model(x), y))
        step.update()
    return time.perf_counter() - began


def main() -> None:
    """Print one line a case."""
    torch.set_num_threads(1)
    print("step unrecorded, recorded / unrecorded, the recorder's own count, bytes a step")
    for rows, widths, count, blocks in CASES:
        times: dict[str, list[float]] = {"without": [], "with": []}
        with tempfile.TemporaryDirectory() as folder:
            parts = {kind: case(rows, widths, blocks * count) for kind in times}
            runs = {
                kind: fb.Run(
                    Path(folder) / kind,
                    model=model,
                    optimizer=optimizer,
                    checkpoint_every=10**9,
                    record=0.02 if kind == "with" else 0,
                )
                for kind, (model, optimizer, _) in parts.items()
            }
            with runs["without"], runs["with"]:
                steps = {}
                for kind, run in runs.items():
                    next(run.epochs(1))
                    run._within = True
                    steps[kind] = run.train(parts[kind][2])
                for number in range(blocks):
                    order = ["without", "with"] if number % 2 else ["with", "without"]
                    for kind in order:
                        times[kind].append(block(parts[kind][0], steps[kind], count))
                for kind in times:
                    steps[kind].close()
            log = fb.history(Path(folder) / "with")
            own = (
                float(np.median(log.seconds("recorder"))) / statistics.median(times["with"]) * count
            )
            size = sum(
                (Path(folder) / "with" / name).stat().st_size for name in ("steps.log", "rows.log")
            )
            held = float(np.isfinite(log.layer("0.weight").update).mean())
        middle = {kind: statistics.median(values) / count for kind, values in times.items()}
        total = {kind: sum(values) / blocks / count for kind, values in times.items()}
        print(
            f"{'-'.join(map(str, widths)):>18} batch {rows:>4}: {middle['without'] * 1e6:8.0f} us, "
            f"{middle['with'] / middle['without']:.3f} (whole time "
            f"{total['with'] / total['without']:.3f}), {own:.3f}, {size / len(log):.0f} bytes, "
            f"updates' norms in {100 * held:.1f} % of the steps"
        )


if __name__ == "__main__":
    main()
