"""Seeds trained in one pass: each equals its own single run, and leaves a run like it."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.job.seeds import why_apart
from fourbeat.job.series import NAME, series
from fourbeat.job.train import train

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
