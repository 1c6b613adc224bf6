"""Trainings of numeric embeddings and of TabM: from the table to a model that is loaded again."""

import json

import numpy as np
import pytest
import torch

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.job.plan import resolve
from fourbeat.job.resume import resume
from fourbeat.job.train import train
from fourbeat.loop.overfit import overfit
from fourbeat.loop.step import Step
from fourbeat.models.tabm import TabM

NETWORKS = {
    "mlp-piecewise": {"model.numeric": "piecewise"},
    "mlp-periodic": {"model.numeric": "periodic"},
    "tabm": {"model.name": "tabm"},
    "tabm-piecewise": {"model.name": "tabm", "model.numeric": "piecewise", "model.members": 4},
}


def config(path, **more):
    return load(flags={"data.path": str(path), "data.target": "label", "train.epochs": 3, **more})


@pytest.mark.parametrize("name", NETWORKS)
def test_it_learns_and_is_loaded_from_its_run_alone(tmp_path, table, name):
    path = table()
    run = train(config(path, **{**NETWORKS[name], "train.epochs": 15}), tmp_path / "run")
    assert run.receipt.results["test"]["auc"] > 0.85
    path.rename(tmp_path / "elsewhere.csv")
    model = fb.load(run.directory)
    said = model.predict(tmp_path / "elsewhere.csv")
    plan = resolve(config(tmp_path / "elsewhere.csv", **NETWORKS[name]))
    right = (said == np.array(plan.record.classes)[plan.data.target])[plan.data.rows.test]
    assert right.mean() == run.receipt.results["test"]["accuracy"]


@pytest.mark.parametrize("name", ["mlp-piecewise", "tabm-piecewise"])
def test_a_resume_gives_the_same_bits(tmp_path, table, monkeypatch, name):
    made = config(table(), **NETWORKS[name], **{"train.checkpoint_every": 4})
    whole = train(made, tmp_path / "whole")
    update, done = Step.update, 0

    def stop(step):
        nonlocal done
        done += 1
        if done == 10:
            raise KeyboardInterrupt
        return update(step)

    with monkeypatch.context() as patch:
        patch.setattr(Step, "update", stop)
        with pytest.raises(KeyboardInterrupt):
            train(made, tmp_path / "run")
    receipt = resume(tmp_path / "run")
    assert [event.kind for event in receipt.events] == ["resume"]
    assert receipt.last_weights_sha256 == whole.receipt.last_weights_sha256
    assert receipt.weights_sha256 == whole.receipt.weights_sha256


def test_the_bins_are_in_the_receipt_only_where_they_are_used(tmp_path, table):
    path = table()
    for name, there in (("tabm", False), ("mlp-piecewise", True)):
        directory, _ = train(config(path, **NETWORKS[name]), tmp_path / name)
        tree = json.loads((directory / "receipt.json").read_text())
        columns = {c["name"]: c["edges"] for c in tree["data"]["columns"]}
        assert {name for name, edges in columns.items() if edges} == (
            {"size", "rank", "fresh"} if there else set()
        )


def test_training_counts_each_member_and_validation_their_average(tmp_path, table):
    run = train(config(table(), **NETWORKS["tabm"], **{"model.dropout": 0.0}), tmp_path / "run")
    first = run.receipt.curves[0]
    assert 0 < first.train["accuracy"] < 1
    assert first.validation["accuracy"] > 0.5
    plan = resolve(config(table(), **NETWORKS["tabm"], **{"model.dropout": 0.0}))
    *inputs, target = next(iter(plan.train))
    each = plan.model(*inputs)
    assert isinstance(plan.model, TabM)
    averaged = plan.loss(each.mean(dim=1), target)
    torch.testing.assert_close(averaged, plan.loss(plan.model.eval()(*inputs), target))
    assert averaged < plan.loss(each, target)


@pytest.mark.parametrize("task", ["classification", "regression", "multilabel"])
def test_a_batch_can_be_memorised(table, task):
    target = {"regression": "rank", "multilabel": ["fresh"]}.get(task, "label")
    more = {"data.target": target, "data.task": task, "model.dropout": 0.0, "optimizer.lr": 0.01}
    plan = resolve(config(table(), **NETWORKS["tabm-piecewise"], **more))
    verdict = overfit(plan.model, next(iter(plan.train)), plan.loss, plan.optimizer, steps=400)
    assert verdict.memorised, str(verdict)


@pytest.mark.filterwarnings("ignore:.torch.jit.*:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")
def test_whole_steps_are_compiled(tmp_path, table, monkeypatch):
    monkeypatch.setattr("fourbeat.loop.graph.passes.steps_for", lambda _: 2)
    options = {**NETWORKS["tabm-piecewise"], "model.dropout": 0.0, "model.widths": [16]}
    runs = {
        mode: train(config(table(), **options, **more), tmp_path / mode).receipt
        for mode, more in (("eager", {}), ("step", {"compile.mode": "step"}))
    }
    assert not runs["step"].events
    for eager, step in zip(runs["eager"].curves, runs["step"].curves, strict=True):
        assert step.train["loss"] == pytest.approx(eager.train["loss"], rel=1e-4)
        assert step.train["accuracy"] == pytest.approx(eager.train["accuracy"], abs=0.01)
