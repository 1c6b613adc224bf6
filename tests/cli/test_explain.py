"""`fourbeat explain` from the command line: what should be known before any incident."""

import json

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.cli import app
from fourbeat.record.history import History


@pytest.fixture
def run(tmp_path):
    """A run of 40 steps that was stopped by a signal's error."""
    torch.manual_seed(0)
    x = torch.randn(160, 4)
    loader = fb.TensorLoader(x, x @ torch.ones(4), batch_size=4)
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    directory = tmp_path / "r"
    with fb.Run(directory, model=model, optimizer=optimizer, seed=0) as run:
        for _ in run.epochs(1):
            for step in run.train(loader):
                inputs, target = step.batch
                step.backward(nn.functional.mse_loss(model(inputs).squeeze(1), target))
                step.update()
    return directory


def explained(run, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["fourbeat", "explain", str(run)])
    with pytest.raises(SystemExit) as end:
        app.main()
    out = capsys.readouterr().out
    monkeypatch.setattr("sys.argv", ["fourbeat", "explain", str(run), "--json"])
    with pytest.raises(SystemExit):
        app.main()
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert all(note in out for note in notes)
    return end.value.code, out, notes


def test_an_ordinary_run_has_nothing_to_tell(run, capsys, monkeypatch):
    code, out, notes = explained(run, capsys, monkeypatch)
    assert (code, notes) == (0, [])
    assert out == "40 steps, and nothing out of the ordinary\n"


def test_a_log_that_ends_early_is_told(run, capsys, monkeypatch):
    log = run / "steps.log"
    layout = History(run).layouts[0]
    log.write_bytes(log.read_bytes()[: -15 * layout.dtype.itemsize])
    _, _, notes = explained(run, capsys, monkeypatch)
    assert notes == ["the step log ends after 25 of 40 steps"]


def test_a_run_that_was_killed_is_told(run, capsys, monkeypatch):
    receipt = json.loads((run / "receipt.json").read_text())
    receipt["run"]["status"] = "running"
    (run / "receipt.json").write_text(json.dumps(receipt | {"seal": None}))
    _, _, notes = explained(run, capsys, monkeypatch)
    assert notes == ["the run was killed: 40 steps are in the log"]
