"""A quantity: trained, measured in its own units, resumed to the same bits, predicted."""

import json
import math

import numpy as np
import pandas as pd
import pytest
import torch

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.errors import BatchError, ConfigError, DataError, RunError
from fourbeat.job.plan import resolve
from fourbeat.job.resume import resume
from fourbeat.job.stream import predict_file
from fourbeat.job.train import train
from fourbeat.loop.overfit import overfit
from fourbeat.loop.step import Step
from fourbeat.receipt import model as receipts

FAST = {"data.target": "price", "data.task": "regression", "train.epochs": 8}


@pytest.fixture(scope="module")
def houses(tmp_path_factory):
    """A CSV whose price is a sum of its columns, in thousands."""
    rng = np.random.default_rng(0)
    n = 400
    frame = pd.DataFrame(
        {
            "area": rng.uniform(30, 200, n).round(1),
            "rooms": rng.integers(1, 7, n),
            "place": rng.choice(["city", "village"], n),
        }
    )
    noise = rng.normal(0, 10, n)
    frame["price"] = (
        2 * frame.area + 15 * frame.rooms + 80 * (frame.place == "city") + noise
    ).round(2)
    path = tmp_path_factory.mktemp("houses") / "houses.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def run(houses, tmp_path_factory):
    """A run on the houses: its directory and its receipt."""
    out = tmp_path_factory.mktemp("run") / "houses"
    return train(load(flags={"data.path": str(houses), **FAST}), out)


def test_it_learns_and_measures_in_the_targets_own_units(run, houses):
    frame = pd.read_csv(houses)
    receipt = run.receipt
    assert receipt.data.task == "regression"
    assert receipt.results["test"]["r2"] > 0.8
    plan = resolve(load(flags={"data.path": str(houses), **FAST}))
    said = fb.load(run.directory).predict(frame)
    for side in ("validation", "test"):
        rows = getattr(plan.data.rows, side)
        true, error = frame.price[rows].to_numpy(), said[rows] - frame.price[rows].to_numpy()
        found = receipt.results[side]
        assert found["examples"] == len(rows)
        assert found["rmse"] == pytest.approx(np.sqrt((error**2).mean()), rel=1e-5)
        assert found["mae"] == pytest.approx(np.abs(error).mean(), rel=1e-5)
        spread = ((true - true.mean()) ** 2).sum()
        assert found["r2"] == pytest.approx(1 - (error**2).sum() / spread, rel=1e-5)
        standard = receipt.data.quantity.std
        assert found["loss"] == pytest.approx((error**2).mean() / standard**2, rel=1e-4)
        assert sum(count for _, _, count in found["residuals"]) == len(rows)
        by_truth = sorted(zip(true.tolist(), said[rows].tolist(), strict=True))
        np.testing.assert_allclose(found["pairs"], by_truth, rtol=1e-4)
        assert found["quantiles"][-1] == pytest.approx([1.0, error.max()], rel=1e-4)


def test_predictions_are_the_networks_outputs_times_std_plus_mean(run, houses, tmp_path):
    model = fb.load(run.directory)
    out = tmp_path / "p.csv"
    assert predict_file(model, houses, out) == 400
    rows = pd.read_csv(out)
    assert list(rows.columns) == [*pd.read_csv(houses).columns, "prediction"]
    features = model.encode({n: model_column(houses, n) for n in ("area", "rooms", "place")}, 400)
    with torch.no_grad():
        outputs = model(*features.inputs()).double()[:, 0]
    record = run.receipt.data.quantity
    np.testing.assert_allclose(rows.prediction, outputs * record.std + record.mean, rtol=1e-12)
    np.testing.assert_array_equal(model.predict(houses), rows.prediction)
    with pytest.raises(RunError, match="'price' is a quantity: there are no probabilities"):
        model.predict_proba(houses)
    with pytest.raises(DataError, match=r"has columns \['prediction'\] already"):
        predict_file(model, out, tmp_path / "again.csv")


def model_column(path, name):
    import pyarrow.csv as csv

    return csv.read_csv(path)[name]


def test_from_python_and_from_a_file_it_is_the_same_run(run, houses, tmp_path):
    done = fb.train(
        pd.read_csv(houses),
        target="price",
        task="regression",
        out=tmp_path / "frame",
        settings={"train.epochs": 8},
    )
    assert done.receipt.weights_sha256 == run.receipt.weights_sha256
    file = tmp_path / "run.toml"
    file.write_text(
        f'[data]\npath = "{houses}"\ntarget = "price"\ntask = "regression"\n[train]\nepochs = 8\n'
    )
    declared = train(load(file), tmp_path / "declared").receipt
    assert declared.weights_sha256 == run.receipt.weights_sha256


def test_cut_within_an_epoch_and_resumed_it_ends_in_the_same_bits(
    run, houses, tmp_path, monkeypatch
):
    done, update = [0], Step.update

    def cut(step, *args, **kwargs):
        done[0] += 1
        if done[0] == 25:
            raise KeyboardInterrupt
        return update(step, *args, **kwargs)

    flags = {"data.path": str(houses), **FAST, "train.checkpoint_every": 2}
    whole = train(load(flags=flags), tmp_path / "whole").receipt
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Step, "update", cut)
        train(load(flags=flags), tmp_path / "cut")
    receipt = resume(tmp_path / "cut")
    assert [event.kind for event in receipt.events if "resume" in event.kind]
    assert 24 % math.ceil(280 / 32) != 0  # not the end of an epoch
    assert receipt.last_weights_sha256 == whole.last_weights_sha256
    assert receipt.weights_sha256 == whole.weights_sha256 == run.receipt.weights_sha256
    assert receipt.results == whole.results


def test_the_best_epoch_is_chosen_by_what_the_task_has(houses, tmp_path):
    for metric, better in (("mae", min), ("r2", max)):
        flags = {"data.path": str(houses), **FAST, "train.select": metric}
        receipt = train(load(flags=flags), tmp_path / metric).receipt
        values = [record.validation[metric] for record in receipt.curves]
        assert receipt.selection.value == better(values)
        assert receipt.results["validation"][metric] == pytest.approx(better(values))


def test_a_constant_validation_has_no_r2(houses, tmp_path):
    frame = pd.read_csv(houses)
    same = tmp_path / "same.csv"
    frame.assign(price=200.0)[:40].to_csv(same, index=False)
    flags = {"data.path": str(houses), **FAST, "split.validation_file": str(same)}
    receipt = train(load(flags=flags), tmp_path / "run").receipt
    assert math.isnan(receipt.results["validation"]["r2"])
    assert receipt.results["validation"]["rmse"] > 0
    assert (
        json.loads((tmp_path / "run" / "receipt.json").read_text())["results"]["validation"]["r2"]
        == "NaN"
    )
    assert receipts.read(tmp_path / "run").seal == receipt.seal
    with pytest.raises(ConfigError, match="same in all validation rows, so there is no R2"):
        resolve(load(flags={**flags, "train.select": "r2"}))


def test_a_network_of_ones_own_gets_the_number_of_outputs(houses, tmp_path, monkeypatch):
    (tmp_path / "own_quantity.py").write_text(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self, shape, flat=False):\n"
        "        super().__init__()\n"
        "        self.out = torch.nn.Linear(shape.numeric, shape.outputs)\n"
        "        self.flat = flat\n"
        "    def forward(self, numeric, codes):\n"
        "        y = self.out(numeric)\n"
        "        return y[:, 0] if self.flat else y\n"
    )
    monkeypatch.chdir(tmp_path)
    flags = {"data.path": str(houses), **FAST, "model.name": "own_quantity:Net"}
    done = train(load(flags=flags), tmp_path / "run")
    assert done.receipt.model.name == "Net"
    assert len(fb.load(done.directory, trust_code=True).predict(houses)) == 400
    with pytest.raises(BatchError, match=r"output has shape \(32,\) and the target \(32, 1\)"):
        train(load(flags={**flags, "model.options": {"flat": True}}), tmp_path / "flat")


def test_one_batch_can_be_memorised(houses):
    flags = {"data.path": str(houses), **FAST, "model.dropout": 0.0, "optimizer.lr": 3e-3}
    plan = resolve(load(flags=flags))
    verdict = overfit(plan.model, next(iter(plan.train)), plan.loss, plan.optimizer)
    assert verdict.memorised
    assert verdict.accuracy is None


def test_diabetes_is_predicted_better_than_by_its_mean(tmp_path):
    datasets = pytest.importorskip("sklearn.datasets")
    frame = datasets.load_diabetes(as_frame=True, scaled=False).frame
    done = fb.train(frame, target="target", task="regression", out=tmp_path / "run")
    quantity = done.receipt.data.quantity
    assert (quantity.low, quantity.high) == (25, 346)
    assert done.receipt.results["validation"]["r2"] > 0.35
    with pytest.raises(DataError, match="--task regression"):
        fb.train(frame, target="target", out=tmp_path / "classes")
