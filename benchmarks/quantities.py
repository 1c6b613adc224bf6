"""Test RMSE and macro AUC for quantities and several labels, beside scikit-learn on one split.

    python benchmarks/quantities.py --data-dir DIR [--seeds 0 1 2]

DIR holds `adult/train.csv` and `predictive-maintenance/ai4i2020.csv`; diabetes comes with
scikit-learn. fourbeat trains with no option but the targets, the task and the columns that are
left out. scikit-learn gets the same columns: linear models one-hot and standardised, gradient
boosting with categories declared, one model a label.
"""

import argparse
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from fourbeat.config import sources
from fourbeat.config.options import Config
from fourbeat.data.prepare import Prepared, prepare
from fourbeat.job.train import train

FAILURES = ["TWF", "HDF", "PWF", "OSF", "RNF"]
MAINTENANCE = "predictive-maintenance/ai4i2020.csv"
TABLES: dict[str, tuple[str, str | list[str], str, list[str]]] = {
    "diabetes": ("diabetes.csv", "target", "regression", []),
    "torque": (MAINTENANCE, "Torque [Nm]", "regression", ["Machine failure", *FAILURES]),
    "hours-per-week": ("adult/train.csv", "hours_per_week", "regression", []),
    "failures": (MAINTENANCE, FAILURES, "multilabel", ["Machine failure"]),
}
METRICS = {"regression": "rmse", "multilabel": "auc"}


def baselines(settings: Config) -> tuple[float, float]:
    """scikit-learn's linear model and gradient boosting on the split that these settings make."""
    data = prepare(settings.data, settings.split, settings.seed)
    frame, names, others = table_of(settings, data)
    linear = ColumnTransformer(
        [
            ("categories", OneHotEncoder(handle_unknown="ignore"), names),
            ("numbers", StandardScaler(), others),
        ]
    )
    codes = frame.copy()
    for name in names:
        known = {value: i for i, value in enumerate(frame[name].iloc[data.rows.train].unique())}
        codes[name] = frame[name].map(known).astype(float)
    score = rmse if data.record.quantity else macro_auc
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return score(settings, data, frame, linear, codes, names)


def table_of(settings: Config, data: Prepared) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The columns that fourbeat uses, the categories and the others among them."""
    columns = [column for column in data.record.columns if column.used]
    frame = pd.read_csv(settings.data.path, keep_default_na=False)[[c.name for c in columns]]
    names = [c.name for c in columns if c.type == "category"]
    others = [c.name for c in columns if c.type != "category"]
    frame[others] = frame[others].astype(float)
    return frame, names, others


def rmse(
    settings: Config, data: Prepared, frame: Any, linear: Any, codes: Any, names: list[str]
) -> tuple[float, float]:
    """Test RMSE of Ridge and of gradient boosting."""
    y = pd.read_csv(settings.data.path)[settings.data.targets[0]].to_numpy(float)
    fit, test = data.rows.train, data.rows.test
    ridge = make_pipeline(linear, Ridge()).fit(frame.iloc[fit], y[fit])
    boosting = HistGradientBoostingRegressor(categorical_features=names, random_state=0)
    boosting.fit(codes.iloc[fit], y[fit])
    found = (ridge.predict(frame.iloc[test]), boosting.predict(codes.iloc[test]))
    a, b = (float(np.sqrt(np.mean((p - y[test]) ** 2))) for p in found)
    return a, b


def macro_auc(
    _settings: Config, data: Prepared, frame: Any, linear: Any, codes: Any, names: list[str]
) -> tuple[float, float]:
    """Mean of the labels' test AUCs, of logistic regression and of gradient boosting."""
    fit, test = data.rows.train, data.rows.test
    areas: list[tuple[float, float]] = []
    for y in data.target.numpy().T:
        logistic = make_pipeline(linear, LogisticRegression(max_iter=2000))
        logistic.fit(frame.iloc[fit], y[fit])
        boosting = HistGradientBoostingClassifier(categorical_features=names, random_state=0)
        boosting.fit(codes.iloc[fit], y[fit])
        found = (logistic.predict_proba(frame.iloc[test]), boosting.predict_proba(codes.iloc[test]))
        a, b = (float(roc_auc_score(y[test], p[:, 1])) for p in found)
        areas.append((a, b))
    a, b = np.mean(areas, axis=0)
    return float(a), float(b)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--only", nargs="+", choices=list(TABLES), default=list(TABLES))
    parser.add_argument("--set", action="append", default=[], help="an option of fourbeat train")
    arguments = parser.parse_args()
    table = Table("target", "metric", "linear", "gradient boosting", "fourbeat", "epochs")
    with tempfile.TemporaryDirectory() as folder:
        load_diabetes(as_frame=True, scaled=False).frame.to_csv(
            f"{folder}/diabetes.csv", index=False
        )
        for name in arguments.only:
            file, target, task, ignore = TABLES[name]
            place = arguments.data_dir / file
            metric, found = METRICS[task], []
            for seed in arguments.seeds:
                flags = {
                    "data.path": str(place if place.exists() else Path(folder) / file),
                    "data.target": target,
                    "data.task": task,
                    "data.ignore": ignore,
                    "seed": seed,
                }
                settings = sources.load(flags=flags, settings=arguments.set)
                linear, boosting = baselines(settings)
                _, receipt = train(settings, Path(folder) / f"{name}-{seed}")
                ours = receipt.results["test"][metric]
                found.append((linear, boosting, ours, receipt.run.epochs))
                print(name, seed, [round(float(v), 4) for v in found[-1]], flush=True)
            means = np.mean(found, axis=0)
            table.add_row(name, metric, *(f"{v:.4f}" for v in means[:3]), f"{means[3]:.0f}")
    Console(width=120).print(table)
    print(f"Test, mean of seeds {arguments.seeds}; 70 / 15 / 15. Linear: Ridge, or a logistic")
    print("regression a label. An RMSE is better lower, an AUC higher.")


if __name__ == "__main__":
    main()
