"""Choices of speed by measurement: they are in the receipt, and change nothing but what they say."""

import itertools
import json
import sys

import numpy as np
import pytest
import torch

from fourbeat.cli.app import main
from fourbeat.config.sources import load
from fourbeat.errors import ConfigError
from fourbeat.job import tune
from fourbeat.job.plan import resolve
from fourbeat.job.resume import resume
from fourbeat.job.train import train
from fourbeat.loop.step import Step
from fourbeat.observe.events import Stepped
from fourbeat.observe.stream import watching
from fourbeat.receipt import model as receipts
from fourbeat.reproduce.reproduce import reproduce

FAST = {"train.epochs": 3, "data.target": "label"}


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Little time, one way of two that is always the faster."""
    monkeypatch.setattr(tune, "SECONDS", 0.01)
    monkeypatch.setattr(tune, "ROUNDS", 1)


@pytest.fixture
def faster(monkeypatch):
    """Have one number of threads, and one size, be clearly the fastest; gives what was measured."""

    def be(threads, size):
        step, evaluation = tune.seconds_of_step, tune.seconds_of_evaluation

        def of_step(plan, count, compiling):
            return step(plan, count, compiling) * (0.01 if count == threads else 1)

        def of_evaluation(plan, count, rows):
            return evaluation(plan, count, rows) * (0.01 if rows == size else 1)

        monkeypatch.setattr(tune, "seconds_of_step", of_step)
        monkeypatch.setattr(tune, "seconds_of_evaluation", of_evaluation)
        monkeypatch.setattr(tune, "threads_to_try", lambda plan: [1, 2])

    return be


def config_of(path, **more):
    return load(flags={"data.path": str(path), **FAST, **more})


def test_the_choice_is_in_the_receipt_and_gives_the_bits_of_the_same_options(
    table, tmp_path, faster
):
    faster(2, 256)
    path, before = table(2000), torch.get_num_threads()
    directory, receipt = train(config_of(path), tmp_path / "tuned", tune=True)
    speed = receipt.config["speed"]
    assert (speed["threads"], speed["evaluation_batch"]) == (2, 256)
    assert set(speed["measured"]) == {
        *("threads 1", "threads 2"),
        *("evaluation by 8,192", "evaluation by 256"),
    }
    assert receipt.environment["threads"] == 2
    assert torch.get_num_threads() == before
    told = {"speed.threads": 2, "speed.evaluation_batch": 256}
    _, same = train(config_of(path, **told), tmp_path / "told")
    assert same.last_weights_sha256 == receipt.last_weights_sha256
    assert same.results == receipt.results
    again = reproduce(directory, tmp_path / "again")
    assert again.same


def test_of_ways_that_take_about_the_same_the_first_is_chosen():
    seconds = {1: 1.0, 2: 0.97, 4: 0.5, 8: 0.49}
    measured = {}
    ways = {str(n): n for n in seconds}
    assert tune.fastest(ways, seconds.__getitem__, measured) == 4
    assert measured == {"1": 1.0, "2": 0.97, "4": 0.5, "8": 0.49}


def test_a_run_that_goes_on_keeps_what_it_began_with(table, tmp_path, faster):
    faster(2, 256)
    path, out = table(2000), tmp_path / "r"
    whole = train(config_of(path), out, tune=True).receipt
    tree = json.loads((out / "receipt.json").read_text())
    tree["run"]["status"], tree["seal"] = "running", None
    (out / "receipt.json").write_text(json.dumps(tree))
    faster(1, 8192)
    receipt = train(config_of(path), out, tune=True).receipt
    assert receipt.config == whole.config
    assert receipt.last_weights_sha256 == whole.last_weights_sha256
    assert resume(out).config == whole.config


def test_what_was_said_is_not_measured(table, tmp_path):
    said = {"speed.threads": 1, "speed.evaluation_batch": 100}
    _, receipt = train(config_of(table(), **said), tmp_path / "r", tune=True)
    speed = receipt.config["speed"]
    assert (speed["threads"], speed["evaluation_batch"]) == (1, 100)
    assert list(speed["measured"]) == ["threads 1"]


def test_compiled_steps_are_tried_where_the_training_is_long(table, tmp_path, monkeypatch, faster):
    faster(1, 8192)
    asked = []

    def of_step(plan, count, compiling):
        asked.append(compiling)
        return 0.001 if compiling else 0.01

    monkeypatch.setattr(tune, "seconds_of_step", of_step)
    plan = tune.tuned(tune_plan(table(), epochs=100_000))
    assert [compiling and compiling.mode for compiling in asked] == [None, None, "step"]
    assert plan.config.compile.mode == "step"
    asked.clear()
    assert tune.tuned(tune_plan(table(), epochs=3)).config.compile is None
    assert asked == [None, None]


def tune_plan(path, epochs):
    return resolve(config_of(path, **{"train.epochs": epochs}))


def test_nothing_is_drawn_and_no_weight_is_moved(table):
    plan = tune_plan(table(), epochs=3)
    weights = {name: value.clone() for name, value in plan.model.state_dict().items()}
    torch.manual_seed(5)
    np.random.seed(5)
    tune.tuned(plan)
    after = torch.rand(3), np.random.rand(3)
    torch.manual_seed(5)
    np.random.seed(5)
    assert torch.equal(after[0], torch.rand(3))
    assert np.array_equal(after[1], np.random.rand(3))
    for name, value in plan.model.state_dict().items():
        assert torch.equal(value, weights[name])


@pytest.mark.parametrize("rows", [30, 90])
def test_a_training_of_a_few_steps_can_be_tuned(table, tmp_path, rows):
    few = {"train.epochs": 1, "train.batch_size": 64}
    _, receipt = train(config_of(table(rows), **few), tmp_path / "r", tune=True)
    assert receipt.run.steps == 1
    assert receipt.config["speed"]["measured"]["threads 1"] > 0


def test_long_steps_are_looked_at_a_few_times_only(table, monkeypatch):
    clock = itertools.count()
    monkeypatch.setattr(tune, "perf_counter", lambda: float(next(clock)))
    done, step = [], Step.update

    def update(self):
        done.append(self.number)
        step(self)

    monkeypatch.setattr(Step, "update", update)
    plan = tune_plan(table(), epochs=3)
    assert tune.seconds_of_step(plan, 1, None) == 1.0
    assert len(done) == tune.PAUSES + tune.LEAST + 1


def test_whoever_watches_the_training_does_not_see_the_trials(table, tmp_path):
    seen = []
    with watching(
        lambda _: lambda event: seen.append(event) if isinstance(event, Stepped) else None
    ):
        _, receipt = train(config_of(table()), tmp_path / "r", tune=True)
    assert len(seen) == receipt.run.steps


def test_data_of_ones_own_is_not_drawn_from(tmp_path, monkeypatch):
    (tmp_path / "tuned_rows.py").write_text(
        "import torch\nfrom torch.utils.data import TensorDataset\n"
        "def make():\n"
        "    x = torch.randn(60, 3)\n"
        "    return TensorDataset(x, (x[:, 0] > 0).long())\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    flags = {"data.factory": "tuned_rows:make", "data.classes": ["no", "yes"], "train.epochs": 1}
    with pytest.raises(ConfigError, match="draw from data of your own"):
        train(load(flags=flags), tmp_path / "r", tune=True)
    assert not (tmp_path / "r").exists()


def test_from_the_shell(table, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["fourbeat", "train", str(table()), "--target", "label"])
    sys.argv += ["--epochs", "2", "--tune-speed", "--out", "r"]
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None)
    out = capsys.readouterr().out
    assert "speed    " in out
    assert "(measured)" in out
    assert receipts.read(tmp_path / "r").config["speed"]["threads"] >= 1
