"""The four public tables, without a flag but the target: the traps do not catch us."""

import pytest

from fourbeat.config.sources import load
from fourbeat.errors import DataError
from fourbeat.job.train import train

TABLES = {
    "incident-tickets/tickets.csv": ("escalated", ["outcome_*"], 0.72),
    "adult/train.csv": ("income", [], 0.92),
    "phishing-websites/phishing.csv": ("Result", [], 0.99),
    "predictive-maintenance/ai4i2020.csv": (
        "Machine failure",
        ["TWF", "HDF", "PWF", "OSF", "RNF"],
        0.95,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_learned(tmp_path, shared, name):
    target, ignore, auc = TABLES[name]
    flags = {"data.path": str(shared(name)), "data.target": target, "data.ignore": ignore}
    _, receipt = train(load(flags=flags), tmp_path / "run")
    assert receipt.results["test"]["auc"] > auc
    left = {column.name for column in receipt.data.columns if column.type == "id"}
    assert left == {
        "escalated": {"ticket"},
        "Machine failure": {"UDI", "Product ID"},
    }.get(target, set())


def test_adult_writes_its_labels_otherwise_in_the_test_file(tmp_path, shared):
    flags = {
        "data.path": str(shared("adult/train.csv")),
        "split.test_file": str(shared("adult/test.csv")),
        "data.target": "income",
        "train.epochs": 1,
    }
    with pytest.raises(DataError, match=r"labels \['<=50K.', '>50K.'\] are not among the classes"):
        train(load(flags=flags), tmp_path / "run")
    relabel = {"<=50K.": "<=50K", ">50K.": ">50K"}
    _, receipt = train(load(flags={**flags, "data.relabel": relabel}), tmp_path / "run")
    assert receipt.results["test"]["examples"] == 16281
    assert receipt.data.classes == ["<=50K", ">50K"]
