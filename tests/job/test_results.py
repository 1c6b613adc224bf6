"""What a training ends with: figures with intervals, the answers they came from, the decision."""

import json

import numpy as np
import pyarrow.parquet as parquet
import pytest
from sklearn import metrics as theirs

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.errors import ConfigError
from fourbeat.job.results.answers import read
from fourbeat.job.train import train
from fourbeat.receipt.verify import verify

FAST = {"train.epochs": 3, "data.target": "label", "baselines": False}


def trained(path, out, **more):
    more = {key.replace("__", "."): value for key, value in more.items()}
    return train(load(flags={"data.path": str(path), **FAST, **more}), out)


def of(found, side):
    return found.filter(np.array(found["split"].to_pylist()) == side)


def test_the_kept_answers_are_what_predict_says_and_give_every_figure(tmp_path, table):
    path = table()
    run, receipt = trained(path, tmp_path / "run")
    found, model = parquet.read_table(run / "answers.parquet"), fb.load(run)
    p, said = model.predict_proba(path), model.predict(path)
    labels = np.array([line.split(",")[-1] for line in path.read_text().splitlines()[1:]])
    for side in ("validation", "test"):
        mine, shown = of(found, side), receipt.results[side]
        rows = mine["row"].to_numpy()
        assert len(rows) == receipt.data.split.rows[side]
        assert mine["target"].to_pylist() == labels[rows].tolist()
        assert mine["prediction"].to_pylist() == said[rows].tolist()
        np.testing.assert_allclose(mine["p_low"].to_numpy(), p[rows, 1], rtol=1e-5)
        true, q = labels[rows] == "low", mine["p_low"].to_numpy().astype(float)
        assert shown["auc"] == pytest.approx(theirs.roc_auc_score(true, q), abs=1e-9)
        expected = theirs.average_precision_score(true, q)
        assert shown["average_precision"] == pytest.approx(expected, abs=1e-9)
        assert shown["f1"] == pytest.approx(theirs.f1_score(true, said[rows] == "low"))
        assert shown["log_loss"] == pytest.approx(theirs.log_loss(true, q), abs=1e-6)
        assert shown["log_loss"] == pytest.approx(shown["loss"], abs=1e-6)
        assert shown["brier"] == pytest.approx(theirs.brier_score_loss(true, q), abs=1e-6)
        assert sum(n for n, _, _ in shown["calibration"]) == len(rows)
        for name, (low, high) in shown["intervals"].items():
            assert low <= shown[name] <= high
        assert shown["intervals"].keys() >= {"auc", "accuracy", "log_loss", "f1", "brier"}
    kept = read(run, "test", receipt.data)
    assert kept.rows.tolist() == of(found, "test")["row"].to_pylist()
    assert receipt.intervals.rows == {"validation": 46, "test": 44}


def test_a_changed_answer_is_found(tmp_path, table):
    run, _ = trained(table(), tmp_path / "run")
    file = run / "answers.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert verify(run)[1] == ["answers.parquet has changed since it was sealed"]


def test_neither_figures_nor_decisions_touch_the_training(tmp_path, table):
    path = table()
    one = trained(path, tmp_path / "a").receipt
    two = trained(
        path, tmp_path / "b", decision__goal="f1", decision__temperature=True, baselines=True
    ).receipt
    assert one.weights_sha256 == two.weights_sha256
    assert one.last_weights_sha256 == two.last_weights_sha256
    assert one.steps_root == two.steps_root


def test_the_threshold_is_the_validation_s_and_predict_follows_it(tmp_path, table):
    path = table(400)
    goal = {"decision__goal": "cost", "decision__false_negative": 20.0}
    run, receipt = trained(path, tmp_path / "run", **goal)
    decision, model = receipt.decision, fb.load(run)
    (threshold,) = decision.thresholds
    assert decision.goal == "the lowest cost, 1 for a false positive and 20 for a false negative"
    assert 0 < threshold < 0.5  # a miss is dear
    p = model.predict_proba(path)[:, 1]
    assert (model.predict(path) == np.where(p >= threshold, "low", "high")).all()
    found = parquet.read_table(run / "answers.parquet")
    for side in ("validation", "test"):
        mine = of(found, side)
        true = np.array(mine["target"].to_pylist()) == "low"
        said = np.array(mine["prediction"].to_pylist()) == "low"
        (shown,) = decision.results[side]
        assert shown["precision"] == pytest.approx(theirs.precision_score(true, said))
        assert shown["recall"] == pytest.approx(theirs.recall_score(true, said))
        assert shown["cost"] == (said & ~true).sum() + 20 * (~said & true).sum()
    q = of(found, "validation")["p_low"].to_numpy()
    true = np.array(of(found, "validation")["target"].to_pylist()) == "low"
    costs = [(1 * ((q >= t) & ~true).sum() + 20 * ((q < t) & true).sum()) for t in [0, *q, 2]]
    assert decision.results["validation"][0]["cost"] == min(costs)
    card = json.loads((run / "best" / "model.json").read_text())
    assert card["decision"]["thresholds"] == [threshold]
    assert "best" in card["decision"]["notes"][0] or "epoch" in card["decision"]["notes"][0]


def test_a_floor_that_no_threshold_reaches_is_said_and_how_near_it_comes(tmp_path, table):
    path = table(300)
    lines = path.read_text().splitlines()
    flipped = [line.replace(",high", ",low") if n % 3 else line for n, line in enumerate(lines[1:])]
    path.write_text("\n".join([lines[0], *flipped]) + "\n")
    more = {"data__classes": ["low", "high"], "decision__goal": "precision"}
    _, receipt = trained(path, tmp_path / "run", decision__floor=1.0, **more)
    decision = receipt.decision
    reached = decision.results["validation"][0]["precision"]
    assert decision.met == [reached == 1.0]
    if not decision.met[0]:
        assert f"the nearest has {reached:.4f}" in decision.notes[1]


def test_temperature_is_the_validation_s_and_predict_follows_it(tmp_path, table):
    path = table(600)
    settings = {"train__epochs": 40, "train__select": "accuracy", "model__dropout": 0.0}
    plain = trained(path, tmp_path / "plain", **settings)
    run, receipt = trained(path, tmp_path / "run", decision__temperature=True, **settings)
    decision = receipt.decision
    (t,) = decision.temperatures
    before, after = decision.calibration["validation"].values()
    assert after["log_loss"] < before["log_loss"]
    assert receipt.results["validation"]["log_loss"] == pytest.approx(after["log_loss"])
    assert receipt.results["test"]["log_loss"] == decision.calibration["test"]["after"]["log_loss"]
    assert receipt.results["test"]["loss"] == plain.receipt.results["test"]["loss"]
    logits = np.log(fb.load(plain.directory).predict_proba(path)) / t
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(fb.load(run).predict_proba(path), expected, rtol=1e-6)
    assert (fb.load(run).predict(path) == fb.load(plain.directory).predict(path)).all()


def test_labels_have_a_threshold_and_a_temperature_each(tmp_path, table):
    path = table(400)
    lines = path.read_text().splitlines()
    rows = [
        f"{line},{int('high' in line)},{int('red' in line or n % 7 == 0)}"
        for n, line in enumerate(lines[1:])
    ]
    path.write_text("\n".join([f"{lines[0]},big,warm", *rows]) + "\n")
    settings = {
        "data.path": str(path),
        "data.target": ["big", "warm"],
        "data.task": "multilabel",
        "data.ignore": ["label"],
        "decision.goal": "recall",
        "decision.floor": 0.95,
        "decision.temperature": True,
        "train.epochs": 4,
        "train.select": "f1",
        "baselines": False,
    }
    run, receipt = train(load(flags=settings), tmp_path / "run")
    decision, model = receipt.decision, fb.load(run)
    assert len(decision.thresholds) == len(decision.temperatures) == 2
    assert decision.met == [True, True]
    assert all(one["recall"] >= 0.95 for one in decision.results["validation"])
    p = model.predict_proba(path)
    assert (model.predict(path) == (p >= np.array(decision.thresholds))).all()
    found = of(parquet.read_table(run / "answers.parquet"), "test")
    shown = receipt.results["test"]
    true = np.stack([found[f"target_{name}"].to_numpy() for name in ("big", "warm")], axis=1)
    q = np.stack([found[f"p_{name}"].to_numpy() for name in ("big", "warm")], axis=1)
    assert shown["average_precision"] == pytest.approx(
        theirs.average_precision_score(true, q, average="macro")
    )
    assert shown["log_loss"] == pytest.approx(
        np.mean([theirs.log_loss(true[:, i], q[:, i].astype(float)) for i in range(2)]), abs=1e-6
    )


def test_a_quantity_keeps_its_answers_in_its_own_units(tmp_path, table):
    path = table(300)
    settings = {"data__target": "rank", "data__task": "regression"}
    run, receipt = trained(path, tmp_path / "run", **settings)
    found = of(parquet.read_table(run / "answers.parquet"), "test")
    true, said = found["target"].to_numpy(), found["prediction"].to_numpy()
    assert set(true) <= {1.0, 2.0, 3.0, 4.0}
    shown = receipt.results["test"]
    assert shown["rmse"] == pytest.approx(theirs.root_mean_squared_error(true, said))
    assert shown["intervals"].keys() == {"rmse", "mae", "r2"}


@pytest.mark.parametrize("name", ["average_precision", "f1", "balanced_accuracy"])
def test_an_epoch_is_selected_by_the_figure_that_is_reported(tmp_path, table, name):
    _, receipt = trained(table(), tmp_path / "run", train__select=name)
    assert receipt.selection.metric == name
    values = [epoch.validation[name] for epoch in receipt.curves]
    assert receipt.selection.value == max(values)
    assert receipt.results["validation"][name] == pytest.approx(max(values), abs=1e-12)


def test_without_being_selected_by_they_are_not_looked_at_in_each_epoch(tmp_path, table):
    _, receipt = trained(table(), tmp_path / "run")
    assert receipt.curves[0].validation.keys() == {"loss", "accuracy", "auc"}


def test_goals_that_mean_nothing_are_refused(tmp_path, table):
    path = table()
    with pytest.raises(ConfigError, match="a threshold needs two classes, and there are 3"):
        trained(path, tmp_path / "a", data__target="colour", decision__goal="f1")
    with pytest.raises(ConfigError, match=r"regression has no use for 'decision.goal'"):
        settings = {"data__target": "rank", "data__task": "regression"}
        trained(path, tmp_path / "b", decision__goal="f1", **settings)
    with pytest.raises(ConfigError, match="need goal = 'cost'"):
        trained(path, tmp_path / "c", decision__false_negative=3.0)
    with pytest.raises(ConfigError, match="floor needs goal"):
        trained(path, tmp_path / "d", decision__goal="f1", decision__floor=0.5)
