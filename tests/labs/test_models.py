"""Each model lab learns, its loop is short, and it resumes from the middle of an epoch."""

import inspect
from importlib import import_module

import pytest

import fourbeat as fb
from fourbeat.receipt import model as receipts

LEARNT = {
    "gan": lambda receipt: 1.0 < receipt.curves[-1].train["judge_loss"] < 1.6,  # near 2 log 2
    "lbfgs": lambda receipt: receipt.selection.value < 3e-3,
    "multitask": lambda receipt: receipt.curves[-1].train["kind"] < 0.25,
    "lstm": lambda receipt: receipt.selection.value < 0.1,
    "transformer": lambda receipt: receipt.selection.value < 0.1,
}


@pytest.mark.parametrize("name", LEARNT)
def test_a_lab_learns_and_resumes_to_the_same_bits(tmp_path, monkeypatch, name):
    module = import_module(f"fourbeat.labs.{name}")
    lines = inspect.getsource(module.train).splitlines()
    assert len(lines) < 40
    whole = module.train(str(tmp_path / "whole")).receipt
    assert LEARNT[name](whole)

    def dying(run, loader, die_at=whole.run.steps * 2 // 3 + 1):
        for step in passes(run, loader):
            if step.number == die_at:
                raise KeyboardInterrupt
            yield step

    passes = fb.Run.train
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(fb.Run, "train", dying)
        module.train(str(tmp_path / "cut"))
    assert receipts.read(tmp_path / "cut").run.status == "interrupted"
    again = module.train(str(tmp_path / "cut")).receipt
    assert again.events[-1].kind == "resume"
    assert again.last_weights_sha256 == whole.last_weights_sha256
    assert again.weights_sha256 == whole.weights_sha256
    assert again.curves == whole.curves
