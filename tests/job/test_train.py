"""One command's work: a table becomes a sealed run, by any of the ways to declare it."""

import json
import math

import pandas as pd
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest
import torch

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.errors import (
    BatchError,
    ConfigError,
    DataError,
    InexactError,
    NonFiniteError,
    RunError,
)
from fourbeat.job.resume import resume
from fourbeat.job.train import train
from fourbeat.receipt import model as receipts

FAST = {"train.epochs": 3, "data.target": "label"}


def unseal(run):
    """Make a run one that was killed before it was sealed."""
    file = run / "receipt.json"
    tree = json.loads(file.read_text())
    tree["run"]["status"], tree["seal"] = "running", None
    file.write_text(json.dumps(tree))


def trained(path, out, **more):
    return train(load(flags={"data.path": str(path), **FAST, **more}), out)[1]


def test_a_table_becomes_a_sealed_run(tmp_path, table):
    receipt = trained(table(), tmp_path / "run")
    types = {column.name: column.type for column in receipt.data.columns}
    assert types == {
        "name": "id",
        "size": "numeric",
        "rank": "numeric",
        "colour": "category",
        "fresh": "boolean",
    }
    assert receipt.run.status == "finished"
    assert receipt.results.keys() == {"validation", "test"}
    assert receipt.data.split.rows == {"train": 210, "validation": 46, "test": 44}
    assert receipt.data.classes == ["high", "low"]
    assert any("whole numbers to float32: rank" in note for note in receipt.data.notes)
    assert sum(map(sum, receipt.results["test"]["confusion"])) == 44
    sealed = (tmp_path / "run" / "receipt.json").read_text()
    assert receipts.digest(sealed) == receipt.seal


def test_the_same_seed_and_rows_give_the_same_bits_whatever_the_source(tmp_path, table):
    path = table()
    frame = csv.read_csv(path)
    parquet.write_table(frame, tmp_path / "t.parquet")
    made = [trained(path, tmp_path / "a"), trained(tmp_path / "t.parquet", tmp_path / "b")]
    config = load(flags=FAST)
    for name, data in (("c", frame), ("d", pd.read_csv(path))):
        made.append(train(config, tmp_path / name, frame=data)[1])
    assert len({receipt.weights_sha256 for receipt in made}) == 1
    assert len({receipt.data.split.rows_sha256["test"] for receipt in made}) == 1
    other = trained(path, tmp_path / "e", seed=1)
    assert other.weights_sha256 != made[0].weights_sha256


def test_statistics_come_from_training_rows_only(tmp_path, table):
    path = table()
    before = trained(path, tmp_path / "a")
    lines = path.read_text().splitlines()
    config = load(flags={"data.path": str(path), **FAST})
    from fourbeat.data.prepare import prepare

    test = prepare(config.data, config.split, 0).rows.test
    for row in test:
        fields = lines[row + 1].split(",")
        fields[1], fields[3] = "1000.0", "violet"
        lines[row + 1] = ",".join(fields)
    path.write_text("\n".join(lines) + "\n")
    after = trained(path, tmp_path / "b")
    assert after.data.columns == [
        column.model_copy(update={"reason": after.data.columns[i].reason})
        for i, column in enumerate(before.data.columns)
    ]
    assert after.weights_sha256 == before.weights_sha256


def test_from_python_a_path_or_a_frame(tmp_path, table):
    path = table()
    before = torch.are_deterministic_algorithms_enabled()
    made = fb.train(path, "label", out=tmp_path / "a", settings={"train.epochs": 3})
    same = fb.train(pd.read_csv(path), "label", out=tmp_path / "b", settings={"train.epochs": 3})
    assert made.receipt.weights_sha256 == same.receipt.weights_sha256
    assert len(fb.load(made.directory).predict(path)) == 300
    assert torch.are_deterministic_algorithms_enabled() == before
    with pytest.raises(ConfigError, match="Did you mean 'epochs'"):
        fb.train(path, "label", settings={"train.epoch": 3})


@pytest.mark.parametrize(
    "model",
    [
        {"model.name": "linear"},
        {"model.name": "mlp", "model.widths": [16], "model.norm": "batch"},
        {"model.name": "mlp", "model.widths": [], "model.norm": "none"},
        {"scheduler.name": "onecycle", "optimizer.name": "sgd", "optimizer.momentum": 0.9},
        {"scheduler.name": "cosine", "optimizer.name": "adam"},
        {"scheduler.name": "plateau", "train.select": "auc"},
        {"split.test": 0},
    ],
    ids=str,
)
def test_options_train(tmp_path, table, model):
    receipt = trained(table(), tmp_path / "run", **{"train.epochs": 40, **model})
    assert receipt.results["validation"]["auc"] > 0.8
    assert ("test" in receipt.results) == ("split.test" not in model)


def test_a_model_of_ones_own(tmp_path, table, monkeypatch):
    (tmp_path / "nets.py").write_text(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self, shape, width):\n"
        "        super().__init__()\n"
        "        self.tables = torch.nn.ModuleList(torch.nn.Embedding(n, 2) for n in shape.cardinalities)\n"
        "        self.out = torch.nn.Linear(shape.numeric + 2 * len(shape.cardinalities), shape.classes)\n"
        "    def forward(self, numeric, codes):\n"
        "        parts = [t(codes[:, i]) for i, t in enumerate(self.tables)]\n"
        "        return self.out(torch.cat([numeric, *parts], 1))\n"
        "def broken(shape):\n"
        "    raise KeyError('width')\n"
        "def nothing(shape):\n"
        "    return 3\n"
    )
    monkeypatch.chdir(tmp_path)
    receipt = trained(
        table(), tmp_path / "run", **{"model.name": "nets:Net", "model.options": {"width": 4}}
    )
    assert receipt.code.script == "nets.py"
    assert len(receipt.code.script_sha256) == 64
    with pytest.raises(RunError, match="made by code: 'nets:Net'.*--trust-code"):
        stopped = tmp_path / "stopped"
        trained(table(), stopped, **{"model.name": "nets:Net", "model.options": {"width": 4}})
        unseal(stopped)
        resume(stopped)
    (tmp_path / "nets.py").write_text((tmp_path / "nets.py").read_text() + "# another\n")
    with pytest.raises(InexactError, match="the code of nets has changed since the run began"):
        resume(stopped, trust_code=True)
    assert resume(stopped, trust_code=True, allow_inexact=True).run.status == "finished"
    with pytest.raises(InexactError, match="the code of nets has changed"):  # of a finished run
        trained(
            table(), tmp_path / "run", **{"model.name": "nets:Net", "model.options": {"width": 4}}
        )
    for name, message in (
        ("nets:broken", "factory failed: KeyError"),
        ("nets:nothing", "returned int, not a torch.nn.Module"),
        ("nets:absent", "has no 'absent'"),
        ("absent_module:x", "no module 'absent_module'"),
        ("forest", "Known: linear, mlp"),
    ):
        with pytest.raises(ConfigError, match=message):
            trained(table(), tmp_path / "other", **{"model.name": name})
    assert not (tmp_path / "other").exists()


def test_splits_by_column_and_by_file(tmp_path, table):
    path = table(240)
    lines = path.read_text().splitlines()
    sides = ["part", *(["train"] * 160 + ["val"] * 40 + ["test"] * 40)]
    split = tmp_path / "split.csv"
    split.write_text("\n".join(f"{a},{b}" for a, b in zip(lines, sides, strict=True)) + "\n")
    by_column = trained(split, tmp_path / "a", **{"split.column": "part"})
    assert by_column.data.split.rows == {"train": 160, "validation": 40, "test": 40}
    files = {}
    for name, start, end in (("train", 1, 161), ("val", 161, 201), ("test", 201, 241)):
        files[name] = tmp_path / f"{name}.csv"
        files[name].write_text("\n".join([lines[0], *lines[start:end]]) + "\n")
    by_file = trained(
        files["train"],
        tmp_path / "b",
        **{"split.validation_file": str(files["val"]), "split.test_file": str(files["test"])},
    )
    assert by_file.data.split.rows_sha256 == by_column.data.split.rows_sha256
    assert by_file.weights_sha256 == by_column.weights_sha256
    assert [file.role for file in by_file.data.files] == ["data", "validation", "test"]


def test_the_split_column_is_meant_by_its_very_name(tmp_path, table):
    lines = table(200).read_text().splitlines()
    sides = ["[size]", *(["train"] * 120 + ["val"] * 80)]
    path = tmp_path / "brackets.csv"
    path.write_text("\n".join(f"{a},{b}" for a, b in zip(lines, sides, strict=True)) + "\n")
    receipt = trained(path, tmp_path / "run", **{"split.column": "[size]"})
    assert "size" in [column.name for column in receipt.data.columns if column.used]
    assert "[size]" not in [column.name for column in receipt.data.columns]
    for ignore in (["[size]"], ["?size?", "colour"]):
        left = trained(
            path, tmp_path / "-".join(ignore), **{"split.column": "[size]", "data.ignore": ignore}
        )
        assert left.data.split == receipt.data.split
    with pytest.raises(DataError, match=r"name no split \(brackets.csv, column 'colour'\)"):
        trained(path, tmp_path / "other", **{"split.column": "colour"})


def test_a_second_file_does_not_change_what_the_first_one_is(tmp_path, table):
    path, other = table(100), table(60, "val.csv", seed=3)
    raw = other.read_text()
    for old, new, message in (
        (",true,", ",maybe,", "invalid value 'maybe'.*column 'fresh'"),
        (",2,", ",two,", "invalid value 'two'.*column 'rank'"),
        (",low", ",", r"rows have no label \(val.csv, column 'label', row"),
    ):
        other.write_text(raw.replace(old, new))
        with pytest.raises(DataError, match=message):
            trained(path, tmp_path / "run", **{"split.validation_file": str(other)})
    other.write_text(raw.replace(",true,", ",1,").replace(",false,", ",0,"))
    receipt = trained(path, tmp_path / "run", **{"split.validation_file": str(other)})
    assert {c.name: c.type for c in receipt.data.columns}["fresh"] == "boolean"
    with pytest.raises(DataError, match="2 problems"):
        trained(
            path,
            tmp_path / "absent",
            **{"split.validation_file": "absent1.csv", "split.test_file": "absent2.csv"},
        )


def test_shares_count_only_where_they_are_used(tmp_path, table):
    path, other = table(100), table(60, "other.csv", seed=3)
    much = {"split.validation": 0.9}
    receipt = trained(path, tmp_path / "run", **{"split.test_file": str(other)}, **much)
    assert receipt.data.split.rows == {"train": 10, "validation": 90, "test": 60}
    with pytest.raises(ConfigError, match="leave no rows for training"):
        trained(path, tmp_path / "other", **much)


def test_a_last_batch_of_one_row_is_refused_only_where_it_is_normalised(tmp_path, table):
    single = {"train.batch_size": 209, "model.norm": "batch"}
    for model in ({"model.name": "linear"}, {"model.widths": []}):
        name = "-".join(model)
        assert trained(table(), tmp_path / name, **single, **model).run.status == "finished"
    with pytest.raises(ConfigError, match="last batch of 210 rows by 209 has one row"):
        trained(table(), tmp_path / "run", **single)


def test_momentum_is_refused_where_it_does_nothing():
    with pytest.raises(ConfigError, match="optimizer: momentum is for sgd.*adamw"):
        load(flags={**FAST, "optimizer.momentum": 0.9})


def test_without_both_classes_there_is_no_auc(tmp_path, table):
    path, other = table(200), table(200, "val.csv", seed=3)
    lines = other.read_text().splitlines()
    other.write_text("\n".join(line for line in lines if not line.endswith("high")) + "\n")
    files = {"split.validation_file": str(other)}
    receipt = trained(path, tmp_path / "run", **files)
    assert math.isnan(receipt.results["validation"]["auc"])
    assert receipts.read(tmp_path / "run").seal == receipt.seal
    with pytest.raises(ConfigError, match="no AUC to select by"):
        trained(path, tmp_path / "auc", **files, **{"train.select": "auc"})


def test_a_model_that_does_not_fit_leaves_no_directory(tmp_path, table, monkeypatch):
    (tmp_path / "wrong_nets.py").write_text(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self, shape):\n"
        "        super().__init__()\n"
        "        self.out = torch.nn.Linear(shape.numeric + 1, shape.classes)\n"
        "    def forward(self, numeric, codes):\n"
        "        return self.out(numeric)\n"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BatchError, match="layer 'out', Linear"):
        trained(table(), tmp_path / "run", **{"model.name": "wrong_nets:Net"})
    assert not (tmp_path / "run").exists()


def test_labels_that_differ_between_files_stop_it(tmp_path, table):
    path, other = table(100), table(60, "test.csv", seed=5)
    other.write_text(other.read_text().replace("high", "high.").replace("low", "low."))
    with pytest.raises(DataError, match=r"labels \['high.', 'low.'\] are not among.*relabel"):
        trained(path, tmp_path / "run", **{"split.test_file": str(other)})
    relabel = {"high.": "high", "low.": "low"}
    receipt = trained(
        path, tmp_path / "run", **{"split.test_file": str(other), "data.relabel": relabel}
    )
    assert receipt.data.classes == ["high", "low"]


def test_a_finished_run_is_not_trained_again_and_another_one_not_mixed_in(tmp_path, table):
    path = table()
    first = trained(path, tmp_path / "run")
    files = {p: p.stat().st_mtime_ns for p in (tmp_path / "run").rglob("*") if p.is_file()}
    assert trained(path, tmp_path / "run") == first
    assert files == {p: p.stat().st_mtime_ns for p in (tmp_path / "run").rglob("*") if p.is_file()}
    with pytest.raises(RunError, match=r"config.optimizer.lr was 0.002 and is 0.1"):
        trained(path, tmp_path / "run", **{"optimizer.lr": 0.1})


def test_a_learning_rate_that_explodes_is_named(tmp_path, table):
    path = table()
    explosive = {"optimizer.name": "sgd", "optimizer.lr": 1e30, "model.norm": "none"}
    for _ in range(2):  # a second try does not make it good
        with pytest.raises(NonFiniteError, match="oversized update.*grew from"):
            trained(path, tmp_path / "run", **explosive)
        receipt = receipts.read(tmp_path / "run")
        assert (receipt.run.status, receipt.seal) == ("failed", None)


def test_resume_refuses_other_data_and_says_what_is_gone(tmp_path, table, monkeypatch):
    path = table()
    calls = []
    save = torch.save

    def die(*args, **options):
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        save(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", die)
        with pytest.raises(SystemExit):
            trained(path, tmp_path / "run")
    raw = path.read_text()
    path.write_text(raw.replace("red", "blue"))
    with pytest.raises(InexactError, match="has changed since the run began"):
        resume(tmp_path / "run")
    path.unlink()
    with pytest.raises(RunError, match="the run's data is gone"):
        resume(tmp_path / "run")
    path.write_text(raw)
    assert (
        resume(tmp_path / "run").weights_sha256 == trained(path, tmp_path / "whole").weights_sha256
    )


def test_resume_of_what_is_no_declared_run(tmp_path, table):
    with pytest.raises(RunError, match="no such run"):
        resume(tmp_path / "absent")
    train(load(flags=FAST), tmp_path / "frame", frame=csv.read_csv(table()))
    assert resume(tmp_path / "frame").run.status == "finished"


def test_a_finished_run_is_not_the_answer_for_other_data(tmp_path, table):
    path = table(300)
    trained(path, tmp_path / "run")
    again = trained(path, tmp_path / "run")  # the same rows: the same answer
    table(300, seed=1)
    with pytest.raises(RunError, match=r"another training: data.files\[0\].sha256 was"):
        trained(path, tmp_path / "run")
    assert receipts.read(tmp_path / "run") == again


def test_a_finished_run_is_not_the_answer_for_another_frame(tmp_path, table):
    one, two = csv.read_csv(table(300)), csv.read_csv(table(300, seed=1))
    settings = {"train.epochs": 2}
    first = fb.train(one, "label", out=tmp_path / "run", settings=settings)
    assert fb.train(one, "label", out=tmp_path / "run", settings=settings) == first
    with pytest.raises(RunError, match="another training"):
        fb.train(two, "label", out=tmp_path / "run", settings=settings)


def test_the_receipt_has_what_was_chosen_by_the_data(tmp_path, table):
    receipt = trained(table(300), tmp_path / "run")
    assert receipt.config["train"]["batch_size"] == 32
    assert receipt.config["data"]["min_count"] == 2
