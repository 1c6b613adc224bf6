"""Test AUC on four public tables, beside scikit-learn on the identical split.

    python benchmarks/tables.py --data-dir DIR [--seeds 0 1 2]

DIR holds `incident-tickets/tickets.csv`, `adult/train.csv`, `phishing-websites/phishing.csv` and
`predictive-maintenance/ai4i2020.csv`. fourbeat trains with no option but the target and the
columns that are known only afterwards (or give the answer away). scikit-learn gets the same
columns: logistic regression one-hot and standardised, gradient boosting with categories declared.
"""

import argparse
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

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
LARGEST = 255  # categories that scikit-learn's gradient boosting takes


def baselines(settings: Config) -> dict[str, float]:
    """scikit-learn's test AUC on the split that these settings make."""
    data = prepare(settings.data, settings.split, settings.seed)
    columns = [column for column in data.record.columns if column.used]
    frame = pd.read_csv(settings.data.path, keep_default_na=False)[[c.name for c in columns]]
    for column in columns:
        if column.type == "datetime":
            days = pd.to_datetime(frame[column.name]) - pd.Timestamp("1970-01-01")
            frame[column.name] = days.dt.total_seconds() / 86_400
        elif column.type == "boolean":
            frame[column.name] = frame[column.name].astype(str).str.lower() == "true"
    names = [c.name for c in columns if c.type == "category"]
    others = [c.name for c in columns if c.type != "category"]
    frame[others] = frame[others].astype(float)
    y, rows = data.target.numpy(), data.rows
    fit_rows, test = rows.train, rows.test
    linear = make_pipeline(
        ColumnTransformer(
            [
                ("categories", OneHotEncoder(handle_unknown="ignore"), names),
                ("numbers", StandardScaler(), others),
            ]
        ),
        LogisticRegression(max_iter=2000),
    )
    codes = frame.copy()
    for name in names:
        known = {value: i for i, value in enumerate(frame[name].iloc[fit_rows].unique())}
        codes[name] = frame[name].map(known).astype(float)
    small = [name for name in names if codes[name].nunique() <= LARGEST]
    boosting = HistGradientBoostingClassifier(categorical_features=small, random_state=0)
    scores: dict[str, float] = {}
    for label, model, x in (("linear", linear, frame), ("boosting", boosting, codes)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(x.iloc[fit_rows], y[fit_rows])
            p = model.predict_proba(x.iloc[test])
        scores[label] = float(roc_auc_score(y[test], p[:, 1]))
    return scores


def ours(settings: Config, out: Path) -> tuple[float, int, float]:
    """fourbeat's test AUC, epochs and seconds."""
    start = time.perf_counter()
    _, receipt = train(settings, out)
    return receipt.results["test"]["auc"], receipt.run.epochs, time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    arguments = parser.parse_args()
    table = Table(
        "table",
        "logistic regression",
        "gradient boosting",
        "fourbeat",
        "linear",
        "epochs",
        "seconds",
    )
    for name, (path, target, ignore) in TABLES.items():
        found: list[Any] = []
        for seed in arguments.seeds:
            flags = {
                "data.path": str(arguments.data_dir / path),
                "data.target": target,
                "data.ignore": ignore,
                "seed": seed,
            }
            with tempfile.TemporaryDirectory() as folder:
                scores = baselines(sources.load(flags=flags))
                mlp, epochs, seconds = ours(sources.load(flags=flags), Path(folder) / "mlp")
                settings = sources.load(flags={**flags, "model.name": "linear"})
                linear, _, _ = ours(settings, Path(folder) / "linear")
            found.append((scores["linear"], scores["boosting"], mlp, linear, epochs, seconds))
            print(name, seed, [round(float(v), 4) for v in found[-1]], flush=True)
        means = np.mean(found, axis=0)
        table.add_row(name, *(f"{v:.4f}" for v in means[:4]), f"{means[4]:.0f}", f"{means[5]:.1f}")
    Console(width=120).print(table)
    print(f"Test AUC, mean of seeds {arguments.seeds}; 70 / 15 / 15 stratified.")


if __name__ == "__main__":
    main()
