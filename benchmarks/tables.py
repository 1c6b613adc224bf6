"""Test AUC and log loss on four public tables, of every built-in network and of gradient boosting.

    python benchmarks/tables.py --data-dir DIR [--seeds 0 1 2 3 4] [--out docs/tables.md]

DIR holds `incident-tickets/tickets.csv`, `adult/train.csv`, `phishing-websites/phishing.csv` and
`predictive-maintenance/ai4i2020.csv`. fourbeat trains with no option but the target, the columns
that are known only afterwards (or give the answer away), and the network. scikit-learn's gradient
boosting gets the same columns, rows and validation rows to stop by, its categories declared. With
`--rows FILE` what was measured is kept there and not measured again, so that a long benchmark can
be done in parts (`--only`, `--models`).
"""

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score

from fourbeat.config import sources
from fourbeat.config.options import Config
from fourbeat.data.prepare import prepare
from fourbeat.job.train import train

TABLES = {
    "tickets": ("incident-tickets/tickets.csv", "escalated", ["outcome_*"]),
    "adult": ("adult/train.csv", "income", []),
    "phishing": ("phishing-websites/phishing.csv", "Result", []),
    "maintenance": (
        "predictive-maintenance/ai4i2020.csv",
        "Machine failure",
        ["TWF", "HDF", "PWF", "OSF", "RNF"],
    ),
}
NETWORKS: dict[str, dict[str, Any]] = {
    "linear": {"model.name": "linear"},
    "mlp": {"model.name": "mlp", "model.numeric": "plain"},
    "mlp, piecewise": {"model.name": "mlp", "model.numeric": "piecewise"},
    "mlp, periodic": {"model.name": "mlp", "model.numeric": "periodic"},
    "tabm": {"model.name": "tabm", "model.numeric": "plain"},
    "tabm, piecewise": {"model.name": "tabm", "model.numeric": "piecewise"},
}
BOOSTING = "gradient boosting"
DEFAULT = "mlp"
LARGEST = 255  # categories that scikit-learn's gradient boosting takes


@dataclass(frozen=True, slots=True)
class Row:
    """One training: its test AUC and log loss, and its seconds."""

    table: str
    model: str
    seed: int
    auc: float
    loss: float
    seconds: float


def boosting(settings: Config) -> tuple[float, float]:
    """Test AUC and log loss of gradient boosting on the split that these settings make."""
    data = prepare(settings.data, settings.split, settings.seed)
    columns = [column for column in data.record.columns if column.used]
    frame = pd.read_csv(settings.data.path, keep_default_na=False)[[c.name for c in columns]]
    rows = data.rows
    for column in columns:
        values = frame[column.name]
        if column.type == "datetime":
            days = pd.to_datetime(values) - pd.Timestamp("1970-01-01")
            frame[column.name] = days.dt.total_seconds() / 86_400
        elif column.type == "boolean":
            frame[column.name] = values.astype(str).str.lower() == "true"
        elif column.type in ("category", "ordered"):
            known = {value: i for i, value in enumerate(values.iloc[rows.train].unique())}
            frame[column.name] = values.map(known)
    names = [c.name for c in columns if c.type in ("category", "ordered")]
    frame = frame.astype(float)
    small = [name for name in names if frame[name].nunique() <= LARGEST]
    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=2000,
        early_stopping=True,
        n_iter_no_change=20,
        categorical_features=small,
        random_state=0,
    )
    y = data.target.numpy()
    held = {"X_val": frame.iloc[rows.validation], "y_val": y[rows.validation]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(frame.iloc[rows.train], y[rows.train], **held)
        p = model.predict_proba(frame.iloc[rows.test])
    return float(roc_auc_score(y[rows.test], p[:, 1])), float(log_loss(y[rows.test], p))


def network(settings: Config) -> tuple[float, float]:
    """Test AUC and log loss of a network of fourbeat's."""
    with tempfile.TemporaryDirectory() as folder:
        _, receipt = train(settings, Path(folder) / "run")
    return receipt.results["test"]["auc"], receipt.results["test"]["loss"]


def measured(folder: Path, table: str, model: str, seed: int) -> Row:
    """Train once."""
    path, target, ignore = TABLES[table]
    flags = {
        "data.path": str(folder / path),
        "data.target": target,
        "data.ignore": ignore,
        "seed": seed,
        **NETWORKS.get(model, {}),
    }
    settings = sources.load(flags=flags)
    start = time.perf_counter()
    auc, loss = boosting(settings) if model == BOOSTING else network(settings)
    return Row(table, model, seed, auc, loss, time.perf_counter() - start)


def cell(values: Sequence[float]) -> str:
    """Mean, and half the width of its 95 % interval by Student's t."""
    if len(values) < 2:
        return f"{np.mean(values):.4f}"
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return f"{np.mean(values):.4f} ± {half:.4f}"


def page(rows: Sequence[Row], metric: str) -> list[str]:
    """A table in Markdown: models down, tables across, the mean over the tables last."""
    tables = [name for name in TABLES if any(row.table == name for row in rows)]
    models = [name for name in (*NETWORKS, BOOSTING) if any(row.model == name for row in rows)]
    lines = [f"| model | {' | '.join(tables)} | mean |", "| --- |" + " --- |" * (len(tables) + 1)]
    for model in models:
        found = [
            [getattr(r, metric) for r in rows if (r.model, r.table) == (model, table)]
            for table in tables
        ]
        if all(found):
            mean = float(np.mean([np.mean(values) for values in found]))
            lines.append(f"| {model} | {' | '.join(map(cell, found))} | {mean:.4f} |")
    return lines


def behind(rows: Sequence[Row]) -> list[Row]:
    """By how much other models are behind the default's AUC on the same split."""
    default = {(row.table, row.seed): row.auc for row in rows if row.model == DEFAULT}
    return [
        replace(row, auc=default[row.table, row.seed] - row.auc)
        for row in rows
        if row.model != DEFAULT and (row.table, row.seed) in default
    ]


def written(rows: Sequence[Row]) -> str:
    """The page."""
    seeds = sorted({row.seed for row in rows})
    made = (
        f"Test rows of four public tables, 70 / 15 / 15 by stratified splits, seeds {seeds}: means and\n"
        "95 % intervals over seeds (Student's t), as `python benchmarks/tables.py` wrote them. Every model\n"
        "sees the same rows and columns; networks and boosting stop by the validation rows, all else is\n"
        "the default, which is the mlp."
    )
    parts = [
        ["# Networks for tables", "", made],
        ["## AUC", "", *page(rows, "auc")],
        [
            "## AUC of the mlp minus AUC of the model, split by split",
            "",
            *page(behind(rows), "auc"),
        ],
        ["## Log loss (lower is better)", "", *page(rows, "loss")],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def main() -> None:
    """Train, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--only", nargs="+", choices=list(TABLES), default=list(TABLES))
    models = [*NETWORKS, BOOSTING]
    parser.add_argument("--models", nargs="+", choices=models, default=models)
    parser.add_argument("--rows", type=Path, help="keep measurements here, a JSON object a line")
    parser.add_argument("--out", type=Path, help="write the page here")
    arguments = parser.parse_args()
    rows: list[Row] = []
    if arguments.rows and arguments.rows.exists():
        rows = [Row(**json.loads(line)) for line in arguments.rows.read_text().splitlines()]
    known = {(row.table, row.model, row.seed) for row in rows}
    for seed in arguments.seeds:
        for table in arguments.only:
            for model in arguments.models:
                if (table, model, seed) in known:
                    continue
                rows.append(row := measured(arguments.data_dir, table, model, seed))
                said = f"{row.auc:.4f} {row.loss:.4f}, {row.seconds:.0f} s"
                print(f"{table} {model} {seed}: {said}", flush=True)
                if arguments.rows:
                    with arguments.rows.open("a") as file:
                        print(json.dumps(asdict(row)), file=file)
    print(text := written(rows))
    if arguments.out:
        arguments.out.write_text(text)


if __name__ == "__main__":
    main()
