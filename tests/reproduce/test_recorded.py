"""Plain scripts that were recorded: again from their start, against the recorded loss bits."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
import torch

import fourbeat as fb
from fourbeat.errors import ConfigError, InexactError, RunError
from fourbeat.receipt import model as receipts
from fourbeat.receipt.code import CommandRecord
from fourbeat.record.export import export
from fourbeat.reproduce.replay import replay_steps
from fourbeat.reproduce.reproduce import prove_resume, reproduce
from fourbeat.reproduce.rerun import run_script
from fourbeat.script import stop as stops

SCRIPTS = Path(__file__).parents[1] / "observe" / "scripts"
ENDLESS = """
import sys
from pathlib import Path
import torch
from torch import nn
torch.manual_seed(0)
rate = float(Path("rate.txt").read_text())
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=rate)
steps = 0
while True:
    try:
        optimizer.zero_grad()
        model(torch.randn(8, 4)).square().mean().backward()
        optimizer.step()
        steps += 1
    except:
        pass
    if steps == 9 and sys.argv[1:] == ["once"]:
        Path("rate.txt").rename("used.txt")  # else a replay would take this way out
        break
"""
NAMES = ("classifier", "gan", "lbfgs", "accumulation", "amp_fp16", "wgan", "transformer")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Record some scripts with the verb, in a folder with all of them."""
    folder = tmp_path_factory.mktemp("recorded")
    shutil.copytree(SCRIPTS, folder, dirs_exist_ok=True)
    source = str(Path(fb.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": source}
    for name in NAMES:
        command = [sys.executable, "-m", "fourbeat", "record", f"{name}.py"]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_replayed_and_reproduced(recorded, monkeypatch, name):
    monkeypatch.chdir(recorded)
    run = Path("runs") / name
    receipt, log = receipts.read(run), fb.history(run)
    assert (receipt.observed, receipt.run.status) == (True, "finished")
    done = int(log.counted.sum())
    assert receipt.run.steps == done
    found = replay_steps(run, range(done))
    assert found.verified == done
    for number, seen in found.seen.items():
        assert seen.grad_norms.keys() == set(log.optimizers)
        assert len(seen.losses) >= 1
        assert seen.number == number
    again = reproduce(run, Path(f"again/{name}"))
    assert again.same
    assert again.weights["last"] == (receipt.last_weights_sha256,) * 2


def test_what_changed_in_a_script_is_named_with_the_first_step(recorded, monkeypatch, tmp_path):
    shutil.copytree(recorded, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    run = Path("runs/classifier")
    receipt = receipts.read(run)
    script = tmp_path / "classifier.py"
    moved = receipt.model_copy(
        update={
            "command": receipt.command.model_copy(
                update={"script": str(script), "folder": str(tmp_path)}
            ),
            "seal": None,
        }
    )
    receipts.write(run, moved)
    text = script.read_text()
    assert "lr=0.01" in text
    script.write_text(text.replace("lr=0.01", "lr=0.02"))
    with pytest.raises(InexactError, match="script has changed"):
        replay_steps(run, range(2))
    found = reproduce(run)
    assert not found.same
    assert found.first.startswith("step 0: the learning rate was 0.01 and is 0.02")
    assert "the script classifier.py has changed" in found.why


def test_a_recorded_script_has_nothing_to_resume_from(recorded, monkeypatch):
    monkeypatch.chdir(recorded)
    from fourbeat.job.resume import resume

    with pytest.raises(RunError, match="no checkpoint"):
        prove_resume(Path("runs/gan"))
    with pytest.raises(RunError, match="has no checkpoint to go on from"):
        resume(Path("runs/gan"))


def test_a_history_is_exported_as_one_table(recorded, tmp_path):
    run = recorded / "runs" / "gan"
    log = fb.history(run)
    assert export(log, tmp_path / "h.parquet") == len(log)
    table = parquet.read_table(tmp_path / "h.parquet")
    assert table["step"].to_pylist() == log.step.tolist()
    for optimizer in log.optimizers:
        assert table[f"loss.{optimizer}"].to_pylist() == log.loss(optimizer).tolist()
    layer = log.layers[0]
    taken = [value is not None for value in table[f"update.{layer}"].to_pylist()]
    assert taken == (log.layer(layer).update == log.layer(layer).update).tolist()
    assert table["rows"].to_pylist()[0] == log.rows(0).tolist()
    with pytest.raises(ConfigError, match="as Parquet"):
        export(log, tmp_path / "h.csv")


def test_a_changed_module_of_the_scripts_own_is_named(recorded, monkeypatch, tmp_path):
    shutil.copytree(SCRIPTS, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    run_script(CommandRecord(script=str(tmp_path / "supervised.py"), folder=str(tmp_path)))
    run = Path("run")
    assert "shared_parts" in receipts.read(run).code.modules
    helper = tmp_path / "shared_parts.py"
    helper.write_text(helper.read_text().replace("Dropout(0.2)", "Dropout(0.4)"))
    found = reproduce(run)
    assert not found.same
    assert "the code of shared_parts has changed" in found.why


def test_a_script_that_catches_everything_hides_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(stops, "AGAIN_SECONDS", 0.02)
    Path("endless.py").write_text(ENDLESS)
    Path("rate.txt").write_text("0.1")
    source = str(Path(fb.__file__).parents[1])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": source}
    command = [sys.executable, "-m", "fourbeat", "record", "endless.py", "once"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    Path("used.txt").rename("rate.txt")
    run = Path("runs/endless")
    receipt = receipts.read(run)
    alone = receipt.command.model_copy(update={"arguments": []})  # no end of its own
    receipts.write(run, receipt.model_copy(update={"command": alone, "seal": None}))
    assert replay_steps(run, range(3, 6)).verified == 6
    Path("rate.txt").write_text("0.2")
    with pytest.raises(InexactError, match=r"step 0: the learning rate was 0\.1 and is 0\.2"):
        replay_steps(run, range(3, 6))
    monkeypatch.setattr(torch, "get_num_threads", lambda: 77)
    with pytest.raises(InexactError, match="threads"):
        replay_steps(run, range(3, 6))
