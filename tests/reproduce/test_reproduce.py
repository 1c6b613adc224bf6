"""A run again from its receipt: equal, or what changed is named."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from fourbeat.errors import RunError
from fourbeat.receipt import model as receipts
from fourbeat.reproduce.reproduce import prove_resume, reproduce


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"model.name": "linear", "optimizer.name": "sgd", "optimizer.momentum": 0.9},
        {"train.accumulate": 3, "train.clip_norm": 0.5, "scheduler.name": "onecycle"},
        {"train.precision": "bf16", "train.average": "ema", "scheduler.warmup": 5},
        {"model.norm": "batch", "train.class_weights": "balanced", "train.patience": 2},
    ],
)
def test_a_declared_run_gives_the_same_weights_from_its_receipt_alone(declared, settings):
    run = declared(**settings)
    receipt = receipts.read(run)
    found = reproduce(run / "receipt.json")
    assert found.same
    assert found.weights["selected"] == (receipt.weights_sha256, receipt.weights_sha256)
    again = reproduce(run)
    assert again.same
    assert again.verified == receipt.run.steps
    assert receipts.read(again.directory).steps_root == receipt.steps_root


@pytest.mark.parametrize(("name", "arguments"), [("mlp", ()), ("lstm", ()), ("gan", ())])
def test_a_scripts_run_gives_the_same_weights(script, name, arguments):
    run = script(name, *arguments)
    found = reproduce(run)
    assert found.same
    assert receipts.read(run).last_weights_sha256 in found.weights["last"]


def test_a_changed_row_is_found_at_the_step_that_reads_it(declared):
    run = declared()
    lines = Path("tickets.csv").read_text().splitlines()
    cells = lines[50].split(",")
    cells[7] = "0.123"
    lines[50] = ",".join(cells)
    Path("tickets.csv").write_text("\n".join(lines) + "\n")
    found = reproduce(run)
    assert not found.same
    assert "tickets.csv has changed" in found.why[0]
    assert found.first.startswith("step ")


def test_data_that_lies_elsewhere_is_found_by_its_new_path(declared):
    run = declared()
    shutil.move("tickets.csv", "moved.csv")
    with pytest.raises(RunError, match="data is gone"):
        reproduce(run)
    assert reproduce(run, paths={"data": Path("moved.csv")}).same
    with pytest.raises(RunError, match="no data file 'test'"):
        reproduce(run, paths={"test": Path("moved.csv")})


def test_changed_code_is_named_with_the_layer(script):
    run = script("mlp")
    text = Path("mlp.py").read_text()
    Path("mlp.py").write_text(text.replace("lr=3e-3", "lr=4e-3"))
    found = reproduce(run)
    assert not found.same
    assert "the script mlp.py has changed" in found.why
    assert any(text.startswith("optimizers.main.groups") for text in found.why)
    assert found.first.startswith("step 0: the learning rate was 0.003 and is 0.004")


def test_another_seed_is_named(script):
    run = script("mlp")
    text = Path("mlp.py").read_text()
    Path("mlp.py").write_text(text.replace("manual_seed(1)", "manual_seed(8)"))
    found = reproduce(run)
    assert not found.same
    assert any("random numbers begin elsewhere" in text for text in found.why)


def test_other_threads_are_named(declared):
    run = declared()
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    try:
        found = reproduce(run)
    finally:
        torch.set_num_threads(threads)
    assert found.same or f"threads: {threads}, now {threads + 1}" in found.why


def edit(run, change):
    """Change a receipt, and seal it again, as a forger would."""
    path = run / "receipt.json"
    tree = json.loads(path.read_text())
    change(tree)
    tree["seal"] = None
    text = json.dumps(tree)
    tree["seal"] = receipts.digest(text)
    path.write_text(json.dumps(tree))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda tree: tree["config"].update(seed=5), "the seed was 0 and is 5"),
        (lambda tree: tree["config"]["optimizer"].update(lr=0.05), "optimizers.main"),
        (lambda tree: tree["config"]["model"].update(dropout=0.4), "model.architecture"),
        (lambda tree: tree["config"]["split"].update(validation=0.3), "split has other rows"),
        (lambda tree: tree["environment"].update(torch="1.0"), "torch: 1.0, now "),
        (lambda tree: tree.update(weights_sha256="0" * 64), "every step equals the log"),
    ],
)
def test_a_forged_receipt_does_not_pass(declared, change, named):
    run = declared()
    edit(run, change)
    found = reproduce(run)
    if "torch" in named:  # a false version changes no bit: it is said where bits differ
        assert found.same
        return
    assert not found.same
    assert any(named in text for text in found.why)


def test_an_edited_receipt_is_refused(declared):
    run = declared()
    path = run / "receipt.json"
    path.write_text(path.read_text().replace('"lr": 0.002', '"lr": 0.003'))
    with pytest.raises(RunError, match="has changed since it was sealed"):
        reproduce(run)


def test_a_resume_is_proved_on_the_spot(script):
    run = script("lstm")
    before = (run / "receipt.json").read_bytes()
    found = prove_resume(run)
    assert found.same
    assert 0 < found.start < 306
    assert found.verified == 306 - found.start
    assert (run / "receipt.json").read_bytes() == before
