"""What a configuration declares of optimizer, schedule, precision and loss is what trains."""

import pytest
import torch

from fourbeat.config.sources import load
from fourbeat.errors import ConfigError
from fourbeat.job.curve import draw, learning_rates
from fourbeat.job.plan import resolve
from fourbeat.job.train import train

FAST = {"train.epochs": 4, "data.target": "label", "train.patience": 100}


def planned(path, **more):
    return resolve(load(flags={"data.path": str(path), **FAST, **more}))


def trained(path, out, **more):
    return train(load(flags={"data.path": str(path), **FAST, **more}), out)[1]


SCHEDULES = {
    "none": {},
    "step": {"scheduler.name": "step", "scheduler.every": 2, "scheduler.factor": 0.5},
    "multistep": {"scheduler.name": "multistep", "scheduler.milestones": [1, 3]},
    "cosine": {"scheduler.name": "cosine"},
    "onecycle": {"scheduler.name": "onecycle"},
    "warmup": {"scheduler.warmup": 9},
    "warmup and cosine": {"scheduler.name": "cosine", "scheduler.warmup": 9},
    "warmup and onecycle": {"scheduler.name": "onecycle", "scheduler.warmup": 9},
}


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("accumulate", [1, 3])
def test_the_drawn_curve_is_the_one_that_is_trained(tmp_path, table, kind, accumulate):
    options = {**SCHEDULES[kind], "train.accumulate": accumulate}
    path = table()
    plan = planned(path, **options)
    drawn = learning_rates(plan)
    receipt = trained(path, tmp_path / "run", **options)
    assert receipt.run.steps == len(drawn) == 4 * plan.steps
    moved = [drawn[(epoch + 1) * plan.steps - 1] for epoch in range(4)]
    assert [record.lr[0] for record in receipt.curves] == pytest.approx(moved)
    assert receipt.events == []


def test_a_curve_is_drawn_to_scale():
    assert draw([0.0, 0.5, 1.0], width=3, height=2) == [
        " 1.0e+00 │  █",
        "       0 │ ██",
        "         └───",
        "          03 steps",
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"train.precision": "bf16"},
        {"train.precision": "fp16"},
        {"train.accumulate": 3},
        {"train.clip_norm": 0.5},
        {"train.clip_value": 0.1},
        {"train.class_weights": "balanced"},
        {"train.class_weights": [1.0, 4.0]},
        {"train.label_smoothing": 0.1},
        {"train.average": "ema", "train.average_decay": 0.9},
        {"train.average": "swa", "train.average_start": 3},
        {"optimizer.groups": {"*.bias": {"weight_decay": 0.0}, "categories.*": {"lr": 1e-4}}},
    ],
    ids=str,
)
def test_every_option_trains(tmp_path, table, options):
    receipt = trained(table(), tmp_path / "run", **{"train.epochs": 40, **options})
    assert receipt.results["validation"]["auc"] > 0.8
    assert receipt.training.precision == options.get("train.precision", "fp32")
    groups = receipt.optimizers["main"].groups
    assert len(groups) == (3 if "optimizer.groups" in options else 1)


def test_balanced_weights_give_each_class_the_same_part(table):
    plan = planned(table(), **{"train.class_weights": "balanced"})
    rows = torch.from_numpy(plan.data.rows.train)
    counts = torch.bincount(plan.data.target[rows])
    assert (plan.loss.weight * counts).tolist() == pytest.approx([len(rows) / 2] * 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train.class_weights": [1.0]}, "1 class weights for 2 classes"),
        ({"optimizer.groups": {"nothing.*": {}}}, "no trainable parameter matches 'nothing"),
        ({"optimizer.groups": {"*": {"beta": 1}}}, "unknown key 'optimizer.groups.*.beta'"),
        ({"scheduler.name": "multistep"}, "multistep needs milestones"),
        ({"scheduler.milestones": [3]}, "multistep needs milestones"),
        ({"train.precision": "fp8"}, "train.precision"),
    ],
    ids=str,
)
def test_what_means_nothing_is_refused(table, options, message):
    with pytest.raises(ConfigError, match=message):
        planned(table(), **options)
