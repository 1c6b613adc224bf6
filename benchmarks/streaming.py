"""A table larger than memory: rows a second, peak memory, and a run that is killed and resumed.

    python benchmarks/streaming.py [--rows 10000000] [--fits 1000000] [--batch 4096] [--folder DIR]

Rows are a function of the seed, written to Parquet in chunks. Speed is that of the loader alone and of a
training of one epoch, streamed against in memory, on a number of rows that fits. Then a training on all
rows goes on to its end in one process, and another is killed (SIGKILL) half-way and resumed in a third;
memory is the peak resident set of each process (`getrusage`), imports included.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

CHUNK = 1 << 16
KINDS = np.array(["card", "cash", "transfer", "voucher", "debit"])
SHOPS = np.array([f"shop {number}" for number in range(200)])


def make(path: Path, rows: int, seed: int = 0) -> None:
    """Numbers (one with gaps, one with heavy tails), whole numbers, truths, categories, a date, and a label."""
    writer = None
    for number, begin in enumerate(range(0, rows, CHUNK)):
        rng, n = np.random.default_rng([seed, number]), min(CHUNK, rows - begin)
        x = rng.normal(size=(3, n))
        gain, count = rng.standard_normal(n) ** 3, rng.integers(0, 12, n)
        kind, shop, day = rng.integers(0, 5, n), rng.integers(0, 200, n), rng.integers(0, 1500, n)
        new = rng.random(n) < 0.3
        score = x[0] - 0.5 * x[1] * x[2] + 0.1 * count + (kind == 2) + np.sin(shop) + new
        table = pa.table(
            {
                "x0": x[0],
                "x1": pa.array(x[1], mask=rng.random(n) < 0.05),
                "x2": x[2],
                "gain": gain,
                "count": count,
                "kind": KINDS[kind],
                "shop": SHOPS[shop],
                "day": np.datetime64("2020-01-01") + day.astype("timedelta64[D]"),
                "new": new,
                "y": np.where(score + rng.logistic(size=n) > 1.2, "yes", "no"),
            }
        )
        writer = writer or parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def config_of(path: Path, batch: int, stream: bool):
    """The declaration of one epoch."""
    from fourbeat.config.sources import load

    flags = {"data.path": str(path), "data.target": "y", "data.stream": stream}
    often = {"train.epochs": 1, "train.batch_size": batch, "train.checkpoint_every": 100}
    return load(flags={**flags, **often})


def work(what: str, path: Path, out: Path, batch: int) -> None:
    """In a process of its own: train, resume, or only read, and print figures as JSON."""
    from fourbeat.job.plan import resolve
    from fourbeat.job.resume import resume
    from fourbeat.job.train import train

    begun = time.perf_counter()
    said: dict[str, object] = {}
    if what.startswith("read"):
        plan = resolve(config_of(path, batch, what == "read-streamed"))
        said["understood"] = time.perf_counter() - begun
        said["loader"] = median(passes(plan, lambda _: None))

        def step(batch):
            *inputs, target = batch
            plan.loss(plan.model(*inputs), target).backward()
            plan.optimizer.step()
            plan.optimizer.zero_grad()

        said["training"] = median(passes(plan, step))
    else:
        stream = what == "train-streamed"
        receipt = (
            resume(out) if what == "resume" else train(config_of(path, batch, stream), out).receipt
        )
        said["weights"] = receipt.weights_sha256
        said["rows"] = receipt.data.split.rows["train"]
        said["auc"] = receipt.results["test"]["auc"]
        said["seconds"] = time.perf_counter() - begun
    said["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(said))


def passes(plan, do):
    """Rows a second of three epochs."""
    for epoch in range(3):
        begun = time.perf_counter()
        for batch in plan.train.batches(epoch):
            do(batch)
        yield len(plan.train.rows) / (time.perf_counter() - begun)


def start(what: str, path: Path, out: Path, batch: int) -> subprocess.Popen[str]:
    """One such process."""
    command = [sys.executable, __file__, "--work", what, "--path", str(path), "--out", str(out)]
    return subprocess.Popen(
        [*command, "--batch", str(batch)], stdout=subprocess.PIPE, stderr=sys.stderr, text=True
    )


def done(what: str, path: Path, out: Path, batch: int) -> dict[str, float]:
    """Its figures."""
    process = start(what, path, out, batch)
    text = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{what} failed")
    return json.loads(text.splitlines()[-1])


def killed_half_way(path: Path, out: Path, batch: int, steps: int) -> int:
    """Train until half of the steps are logged and a checkpoint of the epoch's inside is there, then kill."""
    process = start("train-streamed", path, out, batch)
    while process.poll() is None:
        time.sleep(0.05)
        if at_step(out) >= steps // 2:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return at_step(out)
    raise SystemExit("the run ended before it was killed")


def at_step(out: Path) -> int:
    """The last step that the log has."""
    import fourbeat as fb

    try:
        return len(fb.history(out).loss())
    except (fb.FourbeatError, OSError):
        return 0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--fits", type=int, default=1_000_000)
    parser.add_argument("--batch", type=int, default=4096)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.work:
        work(told.work, told.path, told.out, told.batch)
        return
    with tempfile.TemporaryDirectory(dir=told.folder) as name:
        folder = Path(name)
        small, large = folder / "small.parquet", folder / "large.parquet"
        make(small, told.fits)
        for kind in ("memory", "streamed"):
            read = done(f"read-{kind}", small, folder / "none", told.batch)
            train = done(f"train-{kind}", small, folder / f"small-{kind}", told.batch)
            print(
                f"{told.fits:,} rows, {kind:8}: loader {read['loader']:,.0f} rows/s, with forward, backward and step "
                f"{read['training']:,.0f} rows/s; the run {train['seconds']:.0f} s, peak {train['peak']:,.0f} MiB, "
                f"AUC {train['auc']:.4f}",
                flush=True,
            )
        make(large, told.rows)
        print(
            f"{told.rows:,} rows: {large.stat().st_size / 2**20:,.0f} MiB of Parquet, "
            f"{parquet.ParquetFile(large).num_row_groups} row groups",
            flush=True,
        )
        whole = done("train-streamed", large, folder / "whole", told.batch)
        print(
            f"one epoch of {whole['rows']:,} rows: {whole['seconds']:,.0f} s for the run, "
            f"peak {whole['peak']:,.0f} MiB, AUC {whole['auc']:.4f}",
            flush=True,
        )
        steps = -(-int(whole["rows"]) // told.batch)
        step = killed_half_way(large, folder / "killed", told.batch, steps)
        again = done("resume", large, folder / "killed", told.batch)
        same = again["weights"] == whole["weights"]
        print(
            f"killed at step {step:,} of {steps:,}, resumed: peak {again['peak']:,.0f} MiB, "
            f"weights {'the same bits' if same else 'DIFFER'} ({str(whole['weights'])[:16]})"
        )
        if not same:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
