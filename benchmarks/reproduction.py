"""Twenty runs trained again from their receipts, and what is said of ten that were tampered with.

Run: python benchmarks/reproduction.py
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import torch

import fourbeat as fb
from fourbeat.data.samples import write
from fourbeat.receipt import model as receipts

SMALL = {"train.epochs": 3, "train.batch_size": 32}
KINDS = {
    "mlp": {},
    "linear": {"model.name": "linear"},
    "batch norm": {"model.norm": "batch"},
    "wide, no dropout": {"model.widths": [64, 64, 32], "model.dropout": 0},
    "sgd, momentum": {"optimizer.name": "sgd", "optimizer.lr": 0.05, "optimizer.momentum": 0.9},
    "adam, groups": {"optimizer.name": "adam", "optimizer.groups": {"*.bias": {"lr": 0.01}}},
    "step schedule": {"scheduler.name": "step", "scheduler.every": 1},
    "multistep schedule": {"scheduler.name": "multistep", "scheduler.milestones": [1, 2]},
    "cosine, warm-up": {"scheduler.name": "cosine", "scheduler.warmup": 10},
    "one cycle": {"scheduler.name": "onecycle"},
    "plateau": {"scheduler.name": "plateau", "scheduler.patience": 0},
    "accumulation": {"train.accumulate": 3},
    "clipping": {"train.clip_norm": 0.5, "train.clip_value": 0.1},
    "bf16": {"train.precision": "bf16"},
    "fp16": {"train.precision": "fp16"},
    "EMA": {"train.average": "ema", "train.average_decay": 0.9},
    "SWA": {"train.average": "swa"},
    "class weights, smoothing": {"train.class_weights": "balanced", "train.label_smoothing": 0.1},
}


def regression(path: Path) -> None:
    """Write a table with a quantity."""
    made = np.random.default_rng(0)
    x = made.normal(size=(500, 3))
    columns = {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": x @ [1.0, -2.0, 0.5]}
    csv.write_csv(pa.table(columns), path)


def reproduced(run: Path, *flags: str, threads: int = 1) -> tuple[int, dict]:
    """What the verb says, in a process of its own."""
    command = [sys.executable, "-m", "fourbeat", "reproduce", str(run), "--json", *flags]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, cwd=run.parents[1], check=False
    )
    found = json.loads(done.stdout) if done.stdout else {"error": done.stderr.strip()}
    if found.get("directory"):
        shutil.rmtree(found["directory"])
    return done.returncode, found


def forge(run: Path, change) -> None:
    """Change a receipt and seal it again."""
    path = run / "receipt.json"
    tree = json.loads(path.read_text())
    change(tree)
    tree["seal"] = receipts.digest(json.dumps({**tree, "seal": None}))
    path.write_text(json.dumps(tree))


def equal_ones(home: Path) -> list[Path]:
    """Train twenty runs and reproduce each."""
    write("tickets", home / "tickets.csv", rows=600)
    regression(home / "sums.csv")
    runs: list[Path] = []
    for number, (name, settings) in enumerate(KINDS.items()):
        out = home / "runs" / f"r{number}"
        fb.train(home / "tickets.csv", "escalated", out=out, settings=SMALL | settings)
        runs.append(out)
        print(f"{name:26}", "equal" if reproduced(out)[0] == 0 else "DIFFERS", flush=True)
    out = home / "runs" / "sums"
    fb.train(home / "sums.csv", "y", task="regression", out=out, settings=SMALL)
    print(f"{'regression':26}", "equal" if reproduced(out)[0] == 0 else "DIFFERS", flush=True)
    script = home / "gan.py"
    shutil.copy(Path(__file__).parents[1] / "tests" / "reproduce" / "scripts" / "gan.py", script)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(script), "runs/gan"]
    subprocess.run(command, check=True, cwd=home, env=environment)
    code, found = reproduced(home / "runs" / "gan")
    print(f"{'a script with a GAN':26}", "equal" if code == 0 else f"DIFFERS {found}", flush=True)
    return runs


def tampered(home: Path, run: Path) -> None:
    """Ten ways to be another run, and what is said of each."""
    table = home / "tickets.csv"
    text, receipt = table.read_text(), (run / "receipt.json").read_text()
    script = home / "gan.py"
    source = script.read_text()
    lines = text.splitlines()
    cells = lines[77].split(",")
    changed_row = "\n".join([*lines[:77], ",".join([*cells[:7], "9.99", *cells[8:]]), *lines[78:]])
    gan = home / "runs" / "gan"

    def said(name: str, code: int, found: dict) -> None:
        why = "; ".join(found.get("why", [])) or found.get("error", "")
        print(f"{name:26} exit {code}; {found.get('first_difference')}; because {why}", flush=True)

    table.write_text(changed_row)
    said("a value changed", *reproduced(run))
    table.write_text("\n".join(lines[:-1]) + "\n")
    said("a row removed", *reproduced(run))
    table.write_text(text)
    for name, change in (
        ("another seed", lambda tree: tree["config"].update(seed=9)),
        ("another learning rate", lambda tree: tree["config"]["optimizer"].update(lr=0.01)),
        ("another width", lambda tree: tree["config"]["model"].update(widths=[8])),
        ("another split", lambda tree: tree["config"]["split"].update(test=0.3)),
        ("other weights", lambda tree: tree.update(weights_sha256="0" * 64)),
    ):
        forge(run, change)
        said(name, *reproduced(run))
        (run / "receipt.json").write_text(receipt)
    (run / "receipt.json").write_text(
        receipt.replace(f'"torch": "{torch.__version__}', '"torch": "1.0')
    )
    said("an edited version", *reproduced(run))
    (run / "receipt.json").write_text(receipt)
    said("two threads", *reproduced(run, threads=2))
    script.write_text(source.replace("lr=2e-3", "lr=3e-3"))
    said("changed code", *reproduced(gan))
    script.write_text(source)


def main() -> None:
    """Print a line for each."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.chdir(home)
        runs = equal_ones(home)
        tampered(home, runs[0])


if __name__ == "__main__":
    main()
