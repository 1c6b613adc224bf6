"""What the README shows does what it says."""

import re
from pathlib import Path

import pytest

import fourbeat as fb
from fourbeat.data.samples import write

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_loop_runs_as_it_stands(tmp_path, monkeypatch, lesson):
    monkeypatch.chdir(tmp_path)
    made = lesson()
    names = {
        "model": made.model,
        "optimizer": made.optimizer,
        "train_loader": made.train,
        "val_loader": made.val,
        "loss_fn": made.loss_fn,
    }
    exec(BLOCKS[0], names)
    run = names["run"]
    assert run.receipt.selection.epoch == 60
    assert f"{run.receipt.selection.value:.6f}" == "0.011815"
    assert (tmp_path / "runs" / "router" / "report.html").exists()


def test_prediction_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("tickets", Path("tickets.csv"), rows=200)
    names = {"fb": fb}
    exec(BLOCKS[1], names)
    assert len(names["labels"]) == 200


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#]+)\)", README))
def test_links_lead_somewhere(path):
    assert (Path(__file__).parents[1] / path).exists()
