"""Baselines on the identical split, and a verdict that is earned."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.data.encode import Features
from fourbeat.data.prepare import prepare
from fourbeat.errors import ConfigError
from fourbeat.job.results import baselines, linear
from fourbeat.job.results.boosting import LARGEST, ranked
from fourbeat.job.train import train


def trained(path, out, **more):
    more = {key.replace("__", "."): value for key, value in more.items()}
    flags = {"data.path": str(path), "data.target": "label", "train.epochs": 3, **more}
    return train(load(flags=flags), out).receipt


def one_hot(features, shape):
    columns = [features.numeric.numpy()]
    for n, size in enumerate(shape.cardinalities):
        columns.append(np.eye(size)[features.codes[:, n].numpy()])
    return np.concatenate(columns, axis=1).astype(np.float64)


def sides(path, **more):
    config = load(flags={"data.path": str(path), "data.target": "label", **more})
    data = prepare(config.data, config.split, config.seed)
    return data, baselines.rows_of(data, data.rows.train), baselines.rows_of(data, data.rows.test)


@pytest.mark.parametrize("target", ["label", "colour"])
def test_the_linear_model_is_that_of_scikit_learn(table, monkeypatch, target):
    """At one strength of L2 both have the same optimum."""
    data, rows, test = sides(table(400), **{"data.target": target})
    monkeypatch.setattr(linear, "STRENGTHS", (1.0,))
    monkeypatch.setattr(linear, "ENOUGH", 1e-14)
    monkeypatch.setattr(linear, "STEPS", 1000)
    pair = (rows.features, rows.target)
    made = linear.fit_linear(data.shape, "classification", pair, pair)
    # Two classes have one weight vector, as scikit-learn's have; of more, both penalise all.
    model = LogisticRegression(C=1.0, max_iter=5000, tol=1e-10)
    model.fit(one_hot(rows.features, data.shape), rows.target.numpy())
    expected = model.predict_proba(one_hot(test.features, data.shape))
    np.testing.assert_allclose(made(test.features).numpy(), expected, atol=2e-4)


def test_for_a_quantity_it_is_ridge_regression(table, monkeypatch):
    data, rows, test = sides(table(400), **{"data.target": "rank", "data.task": "regression"})
    monkeypatch.setattr(linear, "STRENGTHS", (3.0,))
    monkeypatch.setattr(linear, "ENOUGH", 1e-14)
    monkeypatch.setattr(linear, "STEPS", 1000)
    pair = (rows.features, rows.target)
    made = linear.fit_linear(data.shape, "regression", pair, pair)
    model = Ridge(alpha=1.5)  # its loss is a sum of squares, without the half of the penalty
    model.fit(one_hot(rows.features, data.shape), rows.target.numpy()[:, 0])
    expected = model.predict(one_hot(test.features, data.shape))
    np.testing.assert_allclose(made(test.features).numpy()[:, 0], expected, atol=1e-5)


def test_the_strength_that_validates_best_is_taken(table, monkeypatch):
    """Of noise alone the strongest penalty validates best, of plain rules the weakest."""
    source = np.random.default_rng(0)
    x = torch.from_numpy(source.normal(size=(80, 30))).float()
    shape = replace(sides(table(100))[0].shape, numeric=30, cardinalities=())
    codes = torch.zeros(80, 0, dtype=torch.int64)
    tried = []
    real = linear.fitted
    monkeypatch.setattr(
        linear, "fitted", lambda *a: tried.append((a[-1], real(*a))) or tried[-1][1]
    )
    for y in (torch.from_numpy(source.integers(0, 2, 80)), (x[:, 0] > 0).long()):
        tried.clear()
        pairs = [(Features(x[i], codes[i]), y[i]) for i in (slice(0, 40), slice(40, 80))]
        made = linear.fit_linear(shape, "classification", *pairs)
        p = made(pairs[1][0])
        losses = []
        for _, model in tried:
            out = model(pairs[1][0])
            q = torch.cat([-out, out], dim=1).sigmoid()
            losses.append(-q[range(40), pairs[1][1]].log().mean())
            if torch.equal(p, torch.cat([(-out).sigmoid(), out.sigmoid()], 1)):
                chosen = losses[-1]
        assert chosen == min(losses)


def test_the_figures_are_those_of_the_identical_split(tmp_path, table):
    path = table(500)
    receipt = trained(path, tmp_path / "run")
    found = {model.name: model.results["test"] for model in receipt.baselines.models}
    assert found.keys() == {"majority", "linear", "boosting"}
    data, rows, test = sides(path)
    share = float((rows.target == 1).double().mean())
    assert found["majority"]["auc"] == 0.5
    assert found["majority"]["brier"] == pytest.approx(
        float(((test.target == 1).double() - share).square().mean())
    )
    held = baselines.rows_of(data, data.rows.validation)
    columns = one_hot(rows.features, data.shape)  # categories by 0 and 1: much the same trees
    model = HistGradientBoostingClassifier(early_stopping=True, random_state=0)
    model.fit(columns, rows.target, X_val=one_hot(held.features, data.shape), y_val=held.target)
    expected = model.score(one_hot(test.features, data.shape), test.target)
    assert found["boosting"]["accuracy"] == pytest.approx(expected, abs=0.08)
    assert receipt.baselines.rows == receipt.baselines.of == receipt.data.split.rows["train"]


def write_ring(path, rows=900):
    """Whole numbers; 1 within a ring: nothing for a linear model."""
    source = np.random.default_rng(1)
    a, b = source.integers(-100, 101, (2, rows))
    inside = (a**2 + b**2 < 70**2) ^ (source.random(rows) < 0.05)
    lines = [f"{x},{y},{int(z)}" for x, y, z in zip(a, b, inside, strict=True)]
    path.write_text("\n".join(["a,b,label", *lines]) + "\n")
    return path


def test_a_network_that_learns_is_worth_it_and_a_straight_line_is_not(tmp_path, monkeypatch):
    path = write_ring(tmp_path / "ring.csv")
    with monkeypatch.context() as patch:
        patch.setattr(baselines, "installed", lambda: False)
        receipt = trained(path, tmp_path / "mlp", train__epochs=60)
    verdict = receipt.baselines.verdict
    assert "scikit-learn is not installed" in receipt.baselines.notes[0]
    assert (verdict.worth, verdict.metric, verdict.data) == ("worth it", "auc", "test")
    assert verdict.interval[0] > 0.2
    assert verdict.text.startswith("The network is worth it: test AUC 0.")
    receipt = trained(path, tmp_path / "line", model__name="linear")
    verdict = receipt.baselines.verdict
    assert (verdict.worth, verdict.against) == ("not worth it", "boosting")
    assert verdict.interval[1] < -0.2


def test_two_of_a_kind_do_not_differ(tmp_path, table):
    settings = {"model__name": "linear", "train__epochs": 60, "optimizer__lr": 0.02}
    path = table(400)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "sklearn", None)
        patch.setattr(baselines, "installed", lambda: False)
        verdict = trained(path, tmp_path / "run", **settings).baselines.verdict
    assert verdict.worth == "no difference seen"
    assert verdict.against == "linear"
    assert verdict.interval[0] <= verdict.difference <= verdict.interval[1]


def test_less_error_is_better_for_a_quantity(tmp_path):
    source = np.random.default_rng(0)
    a, b = source.integers(-50, 51, (2, 800))
    lines = [f"{x},{y},{abs(x) + abs(y)}" for x, y in zip(a, b, strict=True)]
    path = tmp_path / "q.csv"
    path.write_text("\n".join(["a,b,label", *lines]) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baselines, "installed", lambda: False)
        receipt = trained(
            path, tmp_path / "run", data__task="regression", train__epochs=60, optimizer__lr=5e-3
        )
    verdict = receipt.baselines.verdict
    assert (verdict.metric, verdict.worth) == ("rmse", "worth it")
    assert verdict.difference < 0
    names = [model.name for model in receipt.baselines.models]
    assert names == ["mean", "linear"]
    assert receipt.baselines.models[0].results["test"]["r2"] == pytest.approx(0, abs=0.1)


def test_labels_have_them_too(tmp_path, table):
    path = table(400)
    lines = path.read_text().splitlines()
    rows = [f"{line},{int('high' in line)},{int('red' in line)}" for line in lines[1:]]
    path.write_text("\n".join([f"{lines[0]},big,warm", *rows]) + "\n")
    settings = {
        "data.target": ["big", "warm"],
        "data.task": "multilabel",
        "data.ignore": ["label"],
    }
    receipt = trained(path, tmp_path / "run", **settings)
    found = {model.name: model.results["test"] for model in receipt.baselines.models}
    assert found["boosting"]["auc"] > 0.9
    assert found["linear"]["auc"] > 0.9
    assert receipt.baselines.notes == []


def test_of_many_rows_a_sample_is_taken_and_said(tmp_path, table, monkeypatch):
    monkeypatch.setattr(baselines, "MOST_ROWS", 100)
    receipt = trained(table(400), tmp_path / "run")
    assert receipt.baselines.rows == 100
    assert receipt.baselines.of == receipt.data.split.rows["train"] == 280


def test_one_that_fails_is_named_and_the_training_stands(tmp_path, table, monkeypatch):
    def broken(*_):
        raise MemoryError("no room")

    monkeypatch.setattr(baselines, "fit_linear", broken)
    receipt = trained(table(), tmp_path / "run")
    assert receipt.run.status == "finished"
    assert "linear model failed: MemoryError: no room" in receipt.baselines.notes
    assert {model.name for model in receipt.baselines.models} == {"majority", "boosting"}


def test_rare_categories_share_a_rank():
    codes = np.repeat(np.arange(400), np.arange(400, 0, -1))
    rank = ranked(codes, 402)
    assert rank[0] == 0
    assert len(set(rank[:LARGEST])) == LARGEST
    assert set(rank[LARGEST:]) == {LARGEST}


def test_nothing_else_has_them(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import torch\nfrom torch.utils.data import TensorDataset as T\n"
        "def make():\n    x = torch.randn(60, 3)\n    return T(x, (x[:, 0] > 0).long())\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        settings = {"model.name": "mlp", "baselines": True, "data.classes": ["n", "y"]}
        with pytest.raises(ConfigError, match="baselines for tables alone"):
            fb.train("mine:make", settings=settings, out=tmp_path / "run")
    sys.modules.pop("mine", None)


@pytest.mark.slow
def test_whole_numbers_that_are_not_scaled_are_found_out(tmp_path):
    """The int64 columns of a table are standardised, and the network keeps up with the trees. A network
    that is made to see them as they were, in their thousands, does not, and the verdict says so."""
    source = np.random.default_rng(3)
    year, price = source.integers(1990, 2025, 1500), source.integers(1_000, 60_000, 1500)
    score = (year - 2007) / 10 - (price - 30_000) / 17_000 + source.normal(size=1500)
    path = tmp_path / "cars.csv"
    rows = zip(year, price, score > 0, strict=True)
    path.write_text("year,price,label\n" + "".join(f"{a},{b},{int(c)}\n" for a, b, c in rows))
    (tmp_path / "unscaled.py").write_text(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self, shape):\n"
        "        super().__init__()\n"
        "        self.layers = torch.nn.Sequential(\n"
        "            torch.nn.Linear(2, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2))\n"
        "    def forward(self, x, *codes):\n"
        "        raw = x[:, :2] * torch.tensor([10.1, 17_000.0]) + torch.tensor([2007.0, 30_500.0])\n"
        "        return self.layers(raw)\n"
        "def make(shape):\n    return Net(shape)\n"
    )
    scaled = trained(path, tmp_path / "scaled", train__epochs=30)
    assert scaled.baselines.verdict.worth in ("worth it", "no difference seen")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        raw = trained(path, tmp_path / "raw", model__name="unscaled:make", train__epochs=30)
    sys.modules.pop("unscaled", None)
    assert raw.baselines.verdict.worth == "not worth it"
    assert raw.results["test"]["auc"] < scaled.results["test"]["auc"] - 0.02
