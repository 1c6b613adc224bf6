"""Several labels: trained, measured label by label, resumed to the same bits, predicted."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.errors import ConfigError, DataError
from fourbeat.job.plan import resolve
from fourbeat.job.resume import resume
from fourbeat.job.stream import predict_file
from fourbeat.job.train import train
from fourbeat.loop.step import Step

LABELS = ["hot, or warm", "wet", "rare"]
FAST = {"data.target": LABELS, "data.task": "multilabel", "train.epochs": 8}


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """A CSV with three labels that its columns give."""
    rng = np.random.default_rng(0)
    n = 400
    x = rng.normal(size=(n, 3))
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2]}).round(4)
    frame["hot, or warm"] = np.where(x[:, 0] + x[:, 1] > 0, "yes", "no")
    frame["wet"] = (x[:, 1] > 0.3).astype(int)
    frame["rare"] = (x[:, 2] > 1.4).astype(bool)
    path = tmp_path_factory.mktemp("days") / "days.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def run(days, tmp_path_factory):
    """A run on the days: its directory and its receipt."""
    out = tmp_path_factory.mktemp("run") / "days"
    return train(load(flags={"data.path": str(days), **FAST}), out)


def truth_of(path):
    frame = pd.read_csv(path)
    return np.stack([frame[LABELS[0]] == "yes", frame.wet == 1, frame.rare], axis=1)


def test_it_learns_and_every_metric_is_what_it_says(run, days):
    metrics = pytest.importorskip("sklearn.metrics")
    receipt, truth = run.receipt, truth_of(days)
    assert receipt.data.task == "multilabel"
    assert receipt.data.target == LABELS
    assert {column.name for column in receipt.data.columns} == {"a", "b", "c"}
    model = fb.load(run.directory)
    p, said = model.predict_proba(days), model.predict(days)
    plan = resolve(load(flags={"data.path": str(days), **FAST}))
    for side in ("validation", "test"):
        rows, found = getattr(plan.data.rows, side), receipt.results[side]
        right = said[rows] == truth[rows]
        assert found["accuracy"] == pytest.approx(right.mean())
        assert found["exact"] == pytest.approx(right.all(axis=1).mean())
        areas = [metrics.roc_auc_score(truth[rows, i], p[rows, i]) for i in range(3)]
        assert found["label_auc"] == pytest.approx(areas)
        assert found["auc"] == pytest.approx(np.mean(areas))
        true, guess = truth[rows], said[rows] == 1
        assert np.array_equal(
            found["label_counts"],
            np.stack([true & guess, ~true & guess, true & ~guess, ~true & ~guess], 0).sum(1).T,
        )
        entropy = -np.log(np.where(true, p[rows], 1 - p[rows])).mean()
        assert found["loss"] == pytest.approx(entropy, rel=1e-4)
    assert receipt.results["test"]["auc"] > 0.9


def test_predictions_are_a_decision_and_a_probability_a_label(run, days, tmp_path):
    model = fb.load(run.directory)
    assert model.labels == LABELS
    out = tmp_path / "p.csv"
    predict_file(model, days, out)
    rows = pd.read_csv(out)
    added = [f"{what}_{label}" for label in LABELS for what in ("prediction", "p")]
    assert list(rows.columns) == [*pd.read_csv(days).columns, *added]
    p, said = model.predict_proba(days), model.predict(days)
    assert p.shape == said.shape == (400, 3)
    for i, label in enumerate(LABELS):
        np.testing.assert_allclose(rows[f"p_{label}"], p[:, i], rtol=1e-12)
        assert rows[f"prediction_{label}"].tolist() == said[:, i].tolist()
        assert (rows[f"prediction_{label}"] == (rows[f"p_{label}"] >= 0.5)).all()
    with pytest.raises(DataError, match="has columns"):
        predict_file(model, out, tmp_path / "again.csv")


def test_cut_within_an_epoch_and_resumed_it_ends_in_the_same_bits(days, tmp_path, monkeypatch):
    done, update = [0], Step.update

    def cut(step, *args, **kwargs):
        done[0] += 1
        if done[0] == 25:
            raise KeyboardInterrupt
        return update(step, *args, **kwargs)

    flags = {"data.path": str(days), **FAST, "train.checkpoint_every": 2}
    whole = train(load(flags=flags), tmp_path / "whole").receipt
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Step, "update", cut)
        train(load(flags=flags), tmp_path / "cut")
    receipt = resume(tmp_path / "cut")
    assert receipt.last_weights_sha256 == whole.last_weights_sha256
    assert receipt.results == whole.results


def test_balanced_weights_are_zeros_to_ones_by_label(days):
    flags = {"data.path": str(days), **FAST, "train.class_weights": "balanced"}
    plan = resolve(load(flags=flags))
    true = truth_of(days)[plan.data.rows.train]
    weights = torch.tensor((~true).sum(0) / true.sum(0)).float()
    assert isinstance(plan.loss, nn.BCEWithLogitsLoss)
    torch.testing.assert_close(plan.loss.pos_weight, weights)
    told = resolve(load(flags={**flags, "train.class_weights": [1, 2, 3]}))
    assert told.loss.pos_weight.tolist() == [1, 2, 3]
    with pytest.raises(ConfigError, match="2 class weights for 3 labels"):
        resolve(load(flags={**flags, "train.class_weights": [1, 2]}))


def test_a_label_without_a_one_has_no_auc(days, tmp_path):
    frame = pd.read_csv(days)
    other = tmp_path / "dry.csv"
    frame[~frame.rare][:60].to_csv(other, index=False)
    flags = {"data.path": str(days), **FAST, "split.validation_file": str(other)}
    found = train(load(flags=flags), tmp_path / "run").receipt.results["validation"]
    assert math.isnan(found["auc"])
    assert [math.isnan(area) for area in found["label_auc"]] == [False, False, True]
    with pytest.raises(ConfigError, match="label 'rare' is 0 in all validation rows"):
        resolve(load(flags={**flags, "train.select": "auc"}))


def test_from_python_one_label_is_enough(days, tmp_path):
    done = fb.train(
        pd.read_csv(days),
        target=["wet"],
        task="multilabel",
        out=tmp_path / "run",
        ignore=["rare"],
        settings={"train.epochs": 2, "train.select": "exact"},
    )
    assert done.receipt.selection.metric == "exact"
    assert fb.load(done.directory).predict(days).shape == (400, 1)
