"""Seeds trained in one pass: each equals its own single run, and leaves a run like it."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.eject.script import eject
from fourbeat.errors import NonFiniteError, RunError
from fourbeat.job.seeds import why_apart
from fourbeat.job.series import NAME, series
from fourbeat.job.train import train
from fourbeat.receipt.verify import verify
from fourbeat.reproduce.reproduce import prove_resume, reproduce

QUICK = {"baselines": False, "train.epochs": 4}

WAYS = {
    "mlp": {},
    "one-row-at-the-end": {"train.batch_size": 209},  # of 210
    "sgd": {"optimizer.name": "sgd", "optimizer.momentum": 0.9, "train.batch_size": 16},
    "adam": {"optimizer.name": "adam", "optimizer.weight_decay": 0.01, "model.norm": "none"},
    "linear": {"model.name": "linear"},
    "piecewise": {"model.numeric": "piecewise"},
    "periodic": {"model.numeric": "periodic"},
    "clipped": {"train.clip_norm": 0.05, "train.clip_value": 0.01},
    "weighted": {"train.class_weights": "balanced", "train.label_smoothing": 0.1},
    "onecycle": {"scheduler.name": "onecycle", "scheduler.warmup": 5},
    "cosine": {"scheduler.name": "cosine", "scheduler.warmup": 3},
    "groups": {"optimizer.groups": {"*.bias": {"weight_decay": 0.0, "lr": 0.01}}},
    "stops-early": {
        "train.patience": 1,
        "train.epochs": 30,
        "train.select": "auc",
        "optimizer.lr": 0.02,
    },
}


def config(path, **more):
    flags = {"data.path": str(path), "data.target": "label", **QUICK, **more}
    return load(flags=flags)


def single(made, seed):
    """What a member is alone: the seed of the split stays that of the series."""
    rows = made.split.model_copy(update={"seed": made.split_seed})
    return made.model_copy(update={"seed": seed, "split": rows})


def close(one, other):
    """Curves: equal but for rounding."""
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert (a.epoch, a.step, a.lr, a.skipped) == (b.epoch, b.step, b.lr, b.skipped)
        assert list(a.train) == list(b.train)
        assert a.train == pytest.approx(b.train, rel=1e-4)
        assert a.validation == pytest.approx(b.validation, rel=1e-4)


@pytest.mark.parametrize("way", WAYS)
def test_each_member_is_its_own_single_run(tmp_path, table, way):
    made = config(table(), **WAYS[way])
    together = series(made, tmp_path / "together", seeds=3)
    assert together.apart is None
    for seed, (directory, receipt) in enumerate(together.outcomes):
        alone = train(single(made, seed), tmp_path / f"alone-{seed}")
        assert receipt.training.together == 3
        assert receipt.run.generators_sha256 == alone.receipt.run.generators_sha256
        for ours, its in ((receipt.model, alone.receipt.model), (receipt.data, alone.receipt.data)):
            assert ours == its
        assert receipt.optimizers == alone.receipt.optimizers
        assert receipt.config == alone.receipt.config
        assert receipt.batch == alone.receipt.batch
        close(receipt.curves, alone.receipt.curves)
        assert receipt.selection.epoch == alone.receipt.selection.epoch
        assert receipt.run.stopped_early == alone.receipt.run.stopped_early
        for side, its in alone.receipt.results.items():
            numbers = {name: value for name, value in its.items() if isinstance(value, float)}
            ours = {name: receipt.results[side][name] for name in numbers}
            assert ours == pytest.approx(numbers, rel=1e-4)
        ours, its = (load_file(d / "best/model.safetensors") for d in (directory, alone.directory))
        assert ours.keys() == its.keys()
        for name, weight in its.items():
            torch.testing.assert_close(ours[name], weight, rtol=1e-4, atol=1e-5)
    if way == "stops-early":
        assert len({receipt.run.epochs for _, receipt in together.outcomes}) > 1


@pytest.mark.parametrize("task", ["regression", "multilabel"])
def test_other_targets(tmp_path, table, task):
    path = table()
    target = {"regression": "size", "multilabel": ["fresh", "urgent"]}[task]
    if task == "multilabel":
        lines = path.read_text().replace("true", "1").replace("false", "0").splitlines()
        text = [lines[0] + ",urgent", *(f"{x},{int(i % 3 == 0)}" for i, x in enumerate(lines[1:]))]
        path.write_text("\n".join(text) + "\n")
    else:
        kept = [line for line in path.read_text().splitlines() if line.split(",")[1]]
        path.write_text("\n".join(kept) + "\n")
    made = config(path, **{"data.target": target, "data.task": task})
    for seed, (_, receipt) in enumerate(series(made, tmp_path / "together", seeds=2).outcomes):
        assert receipt.training.together == 2
        close(
            receipt.curves,
            train(single(made, seed), tmp_path / f"alone-{seed}").receipt.curves,
        )


def test_the_run_that_each_leaves(tmp_path, table):
    path = table()
    made = series(config(path), tmp_path / "s", seeds=2)
    told = json.loads((tmp_path / "s" / NAME).read_text())
    assert told["one_after_the_other"] is None
    assert [run["together"] for run in told["runs"]] == [2, 2]
    directory, receipt = made.outcomes[1]
    assert receipt.run.status == "finished"
    assert not receipt.findings
    assert "one of 2 seeds trained together" in " ".join(receipt.determinism.statement)
    assert "no step log" in " ".join(receipt.limits)
    checked, problems = verify(directory)
    assert checked
    assert not problems
    answers = fb.load(directory).predict_proba(path)
    assert answers.shape == (300, 2)
    assert np.isfinite(answers).all()
    with pytest.raises(RunError, match="one of 2 seeds trained in one pass"):
        reproduce(directory)
    with pytest.raises(RunError, match="one of 2 seeds trained in one pass"):
        eject(directory)
    with pytest.raises(RunError, match="one of 2 seeds trained in one pass"):
        fb.replay(directory, step=1).__enter__()
    with pytest.raises(RunError, match="one of 2 seeds trained in one pass"):
        prove_resume(directory)
    with pytest.raises(RunError, match="one of 2 seeds trained in one pass"):
        fb.branch(directory, 1, {"optimizer.lr": 0.1})


def test_the_same_series_gives_the_same_bits_and_leaves_them_to_a_second_call(tmp_path, table):
    made = config(table())
    first = series(made, tmp_path / "one", seeds=2)
    again = series(made, tmp_path / "two", seeds=2)
    weights = [outcome.receipt.weights_sha256 for outcome in first.outcomes]
    assert weights == [outcome.receipt.weights_sha256 for outcome in again.outcomes]
    receipts = [path.read_bytes() for path in sorted((tmp_path / "one").glob("*/receipt.json"))]
    series(made, tmp_path / "one", seeds=2)
    assert receipts == [
        path.read_bytes() for path in sorted((tmp_path / "one").glob("*/receipt.json"))
    ]


def test_a_series_broken_off_begins_what_is_missing_anew(tmp_path, table):
    made = config(table())
    train(single(made, 0), tmp_path / "s" / "seed-0")
    outcomes = series(made, tmp_path / "s", seeds=3).outcomes
    assert [outcome.receipt.training.together for outcome in outcomes] == [1, 2, 2]


def test_one_that_is_not_finite_is_left_to_its_own_run(tmp_path, table):
    made = config(table(), **{"optimizer.name": "sgd", "optimizer.lr": 1e30, "model.norm": "none"})
    with pytest.raises(NonFiniteError) as together:
        series(made, tmp_path / "s", seeds=2)
    with pytest.raises(NonFiniteError) as alone:
        train(single(made, 0), tmp_path / "alone")
    assert str(together.value) == str(alone.value)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"model.name": "tabm"}, "tabm is not stacked"),
        ({"model.norm": "batch"}, "batch normalisation"),
        ({"train.accumulate": 2}, "accumulated"),
        ({"train.average": "ema"}, "averaged"),
        ({"train.precision": "bf16"}, "bf16"),
        ({"scheduler.name": "plateau"}, "metric"),
        ({"compile.mode": "default"}, "compiled"),
        ({"train.checkpoint_every": 5}, "checkpoints"),
        ({"record.budget": 1.0}, "recorded"),
        ({"data.factory": "mine:rows", "data.path": None, "data.target": ""}, "table"),
    ],
)
def test_why_they_are_trained_one_after_the_other(option, said):
    assert said in why_apart(config("table.csv", **option))


def test_the_reason_is_said(tmp_path, table, caplog):
    made = series(config(table(), **{"model.norm": "batch"}), tmp_path / "s", seeds=2)
    told = json.loads((tmp_path / "s" / NAME).read_text())
    assert "batch normalisation" in told["one_after_the_other"]
    assert "batch normalisation" in caplog.text
    assert [outcome.receipt.training.together for outcome in made.outcomes] == [1, 1]
    asked = series(config(table()), tmp_path / "t", seeds=2, together=False)
    assert asked.apart == "asked for"
    alone = train(single(config(table()), 1), tmp_path / "alone").receipt
    assert asked.outcomes[1].receipt.weights_sha256 == alone.weights_sha256
