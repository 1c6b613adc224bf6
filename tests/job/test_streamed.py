"""A streamed training is a declared training like any other: resumed, reproduced, predicted, compared."""

import signal
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import torch

import fourbeat as fb
from fourbeat.config.sources import load
from fourbeat.data import windows
from fourbeat.eject.script import eject
from fourbeat.errors import ConfigError, InexactError, RunError
from fourbeat.job.plan import resolve
from fourbeat.job.resume import resume
from fourbeat.job.train import train
from fourbeat.reproduce.reproduce import prove_resume, reproduce


@pytest.fixture
def path(tmp_path):
    """2,000 rows in 25 row groups."""
    rng = np.random.default_rng(0)
    n = 2000
    x, kind, count = rng.normal(size=n), rng.choice(list("abc"), n), rng.integers(0, 6, n)
    score = x + (kind == "a") + 0.3 * count + rng.logistic(size=n)
    made = pa.table({"x": x, "kind": kind, "count": count, "y": np.where(score > 1.2, "yes", "no")})
    file = tmp_path / "t.parquet"
    parquet.write_table(made, file, row_group_size=80)
    return file


@pytest.fixture
def small_windows(monkeypatch):
    monkeypatch.setattr(windows, "WINDOW_ROWS", 300)


def flags_of(path, **more):
    flags = {"data.path": str(path), "data.target": "y", "data.stream": True}
    return {**flags, "train.epochs": 3, "baselines": False, **more}


def test_where_one_window_holds_the_table_the_bits_are_those_in_memory(tmp_path, path):
    made = [
        train(load(flags=flags_of(path, **{"data.stream": stream, "baselines": True})), out).receipt
        for stream, out in ((True, tmp_path / "a"), (False, tmp_path / "b"))
    ]
    assert made[0].weights_sha256 == made[1].weights_sha256
    assert made[0].results == made[1].results
    assert made[0].baselines == made[1].baselines
    assert any("Streamed from 25 row groups of 80 rows" in note for note in made[0].data.notes)


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize("numeric", ["plain", "piecewise"])
def test_killed_between_checkpoints_and_resumed(tmp_path, path, numeric):
    flags = flags_of(path, **{"train.checkpoint_every": 7, "model.numeric": numeric})
    _, whole = train(load(flags=flags), tmp_path / "whole")
    script = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from fourbeat.config.sources import load\n"
        "from fourbeat.data import windows\n"
        "from fourbeat.job.train import train\n"
        "from fourbeat.loop.step import Step\n"
        "windows.WINDOW_ROWS = 300\n"
        "update, done = Step.update, []\n"
        "def stop(step):\n"
        "    done.append(1)\n"
        "    if len(done) == 60:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return update(step)\n"
        "Step.update = stop\n"
        f"train(load(flags={flags!r}), Path({str(tmp_path / 'cut')!r}))\n"
    )
    code = subprocess.run([sys.executable, "-c", script], check=False).returncode
    assert code == -signal.SIGKILL
    receipt = resume(tmp_path / "cut")
    assert any(event.kind == "resume" and event.step == 56 for event in receipt.events)
    assert receipt.last_weights_sha256 == whole.last_weights_sha256
    assert receipt.weights_sha256 == whole.weights_sha256
    assert receipt.results == whole.results


@pytest.mark.usefixtures("small_windows")
def test_windows_shuffle_otherwise_and_learn_as_well(tmp_path, path):
    stream, memory = (
        train(load(flags=flags_of(path, **{"data.stream": on})), tmp_path / str(on)).receipt
        for on in (True, False)
    )
    assert stream.weights_sha256 != memory.weights_sha256
    assert abs(stream.results["test"]["auc"] - memory.results["test"]["auc"]) < 0.02


@pytest.mark.usefixtures("small_windows")
def test_a_run_is_reproduced_replayed_and_predicts(tmp_path, path):
    run = train(load(flags=flags_of(path)), tmp_path / "run")
    assert reproduce(run.directory).same
    assert prove_resume(run.directory).same
    with fb.replay(run.directory, step=50) as step:
        assert len(step.rows) == len(step.batch[0])
    model = fb.load(run.directory)
    said = model.predict(path)
    assert len(said) == 2000
    with pytest.raises(RunError, match="the table was streamed"):
        eject(run.directory)


def test_loaders_for_a_loop_of_ones_own(path):
    made = fb.loaders(path, "y", settings={"data.stream": True, "train.batch_size": 64})
    rows = sum(len(batch[-1]) for batch in made.train)
    assert rows == made.data.split.rows["train"] == 1400
    assert len(made.train) == 22


def test_changed_rows_stop_a_resume(tmp_path, path):
    run = train(load(flags=flags_of(path)), tmp_path / "run")
    receipt = run.directory / "receipt.json"
    receipt.write_text(receipt.read_text().replace('"finished"', '"running"'))
    parquet.write_table(parquet.read_table(path).slice(1), path)
    with pytest.raises((InexactError, RunError)):
        resume(run.directory)


def test_only_tables_are_streamed(tmp_path, monkeypatch):
    (tmp_path / "streamed_rows.py").write_text("def make():\n    return {}\n")
    monkeypatch.chdir(tmp_path)
    config = load(flags={"data.factory": "streamed_rows:make", "data.stream": True})
    with pytest.raises(ConfigError, match="tables alone are streamed"):
        resolve(config)


def test_evaluation_never_holds_a_side(path, small_windows):
    """Validation batches come window by window, in the order of the file."""
    plan = resolve(load(flags=flags_of(path)))
    batches = list(plan.validation.numbered(0))
    numbers = torch.cat([rows for rows, _ in batches])
    assert numbers.tolist() == plan.data.rows.validation.tolist()
    assert all(
        sum(plan.data.features.counts[piece] for piece in window) <= 300
        for window in plan.validation.windows(0)
    )


def test_baselines_of_a_large_side_are_compared_on_a_part_of_it(tmp_path, path, monkeypatch):
    flags = flags_of(path, baselines=True)
    whole = train(load(flags=flags), tmp_path / "whole").receipt
    monkeypatch.setattr("fourbeat.job.results.baselines.MOST_HELD", 120)
    part = train(load(flags=flags), tmp_path / "part").receipt
    assert part.weights_sha256 == whole.weights_sha256
    assert part.results == whole.results  # the network's own figures are of all rows
    assert "Measured, with the network, on 120 of the 300 test rows." in part.baselines.notes
    assert not any("Measured" in note for note in whole.baselines.notes)
    assert part.baselines.models[1].results != whole.baselines.models[1].results
    memory = train(load(flags={**flags, "data.stream": False}), tmp_path / "memory").receipt
    assert memory.baselines == whole.baselines
