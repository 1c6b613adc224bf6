"""Going back to a step: every bit as it was, or the first difference named."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

import fourbeat as fb
from fourbeat.errors import InexactError, RunError
from fourbeat.reproduce.dump import dump
from fourbeat.reproduce.replay import nearest, replay_steps
from fourbeat.reproduce.reproduce import reproduce


@pytest.mark.parametrize(
    ("name", "arguments", "steps"),
    [("mlp", (), 300), ("cnn", ("8",), 80), ("lstm", (), 306), ("gan", (), 300)],
)
def test_every_step_comes_again_with_the_norms_that_were_recorded(script, name, arguments, steps):
    run = script(name, *arguments)
    log = fb.history(run)
    assert log.step.tolist() == list(range(steps))
    found = replay_steps(run, range(steps))
    assert (found.verified, found.differences) == (steps, [])
    compared = 0
    for index, seen in enumerate(found.seen.values()):
        layout, record = log.record(index)
        for column, layer in enumerate(layout.parameters):
            norms = seen.layers[layer]
            for now, field in (
                (norms.weight, "weight"),
                (norms.gradient, "grad"),
                (norms.update, "update"),
            ):
                before = record[field][column]
                compared += not np.isnan(before)
                assert np.isnan(before) or np.float32(now) == before
        assert np.array_equal(seen.rows, log.rows(index))
    assert compared > steps * len(layout.parameters)


def test_a_step_after_a_snapshot_begins_from_it(script):
    run = script("cnn", "8")
    log = fb.history(run)
    start = nearest(run, 79, [])
    assert start is not None
    found = replay_steps(run, range(start.step, start.step + 1))
    assert found.start == start.step > 0
    assert found.seen[start.step].loss.item() == log.loss()[start.step]


def test_within_the_block_the_model_stands_just_before_the_update(script):
    run = script("mlp")
    log = fb.history(run)
    with fb.replay(run, step=47) as step:
        loss = nn.functional.cross_entropy(step.logits, step.batch[1])
        assert loss.item() == step.loss.item() == log.loss()[47]
        parameters = dict(step.model.named_parameters())
        for name, norms in step.layers.items():
            assert parameters[name].grad.norm().item() == pytest.approx(norms.gradient)
            assert torch.equal(parameters[name], step.weights[name])
        step.optimizers["main"].step()
        for name, before in step.weights.items():
            assert torch.equal(parameters[name] - before, step.updates[name])


def test_a_declared_run_is_replayed_without_its_author(declared):
    run = declared()
    log = fb.history(run)
    found = replay_steps(run, range(10, 20))
    assert [seen.loss.item() for seen in found.seen.values()] == log.loss()[10:20].tolist()
    assert not Path("runs").joinpath(f"{run.name}-2").exists()


def test_what_a_step_did_is_written_in_open_formats(declared, tmp_path):
    run = declared()
    with fb.replay(run, step=5) as step:
        path = dump(step, tmp_path / "out")
    tensors = load_file(path)
    assert torch.equal(tensors["batch.0.0"], step.batch[0])
    assert torch.equal(tensors["update.layers.0.weight"], step.updates["layers.0.weight"])
    told = json.loads(path.with_suffix(".json").read_text())
    assert told["parameters"]["layers.0.weight"]["update"] == pytest.approx(
        tensors["update.layers.0.weight"].norm().item()
    )


def test_a_run_without_snapshots_is_replayed_from_its_beginning(declared):
    run = declared()
    shutil.rmtree(run / "snapshots", ignore_errors=True)
    shutil.rmtree(run / "checkpoints")
    found = replay_steps(run, range(12, 13))
    assert (found.start, found.verified) == (0, 13)


def test_a_broken_snapshot_is_passed_over_and_named(declared):
    run = declared()
    last = int(fb.history(run).step[-1])
    newest = nearest(run, last, [])
    state = newest.path / "state.pt"
    raw = bytearray(state.read_bytes())
    raw[len(raw) // 2] ^= 1
    state.write_bytes(raw)
    found = replay_steps(run, range(last, last + 1))
    assert found.start < newest.step
    assert "has changed" in found.notes[0]


def test_a_step_beyond_the_end_says_which_there_are(declared):
    run = declared()
    last = int(fb.history(run).step[-1])
    with pytest.raises(RunError, match=f"holds no step 9999.*steps 0 to {last}"):
        replay_steps(run, range(9999, 10000))


def test_a_run_without_a_log_says_why(declared):
    run = declared(**{"record.budget": 0})
    assert not (run / "steps.log").exists()
    with pytest.raises(RunError, match="no step log"):
        replay_steps(run, range(1))


def test_moved_data_is_named_with_its_path(declared):
    run = declared()
    Path("tickets.csv").rename("elsewhere.csv")
    with pytest.raises(RunError, match="data is gone.*tickets.csv"):
        replay_steps(run, range(1))


def test_another_environment_is_refused_before_the_first_step(declared):
    run = declared()
    threads = torch.get_num_threads()
    torch.set_num_threads(threads + 1)
    try:
        with pytest.raises(InexactError, match=f"threads: {threads}, now {threads + 1}"):
            replay_steps(run, range(1))
        found = replay_steps(run, range(1), allow_inexact=True)
        assert found.seen[0].number == 0
    finally:
        torch.set_num_threads(threads)


def test_a_changed_script_is_refused_and_the_first_difference_named_if_allowed(script):
    run = script("mlp")
    text = Path("mlp.py").read_text()
    Path("mlp.py").write_text(text.replace("Dropout(0.3)", "Dropout(0.25)"))
    with pytest.raises(InexactError, match="script has changed"):
        replay_steps(run, range(3))
    found = replay_steps(run, range(3), allow_inexact=True)
    assert found.differences[0].startswith("step 0: the loss was ")


def test_a_script_outside_of_the_current_folder_is_not_run_on_a_receipts_word(
    script, tmp_path, monkeypatch
):
    run = script("mlp").absolute()
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    with pytest.raises(RunError, match="outside of the current folder.*--trust-code"):
        replay_steps(run, range(1))
    assert replay_steps(run, range(1), trust_code=True).verified == 1


def test_a_bare_except_in_the_script_does_not_hold_a_replay_up(script):
    text = (Path(__file__).parent / "scripts" / "mlp.py").read_text()
    text = text.replace("            step.update()\n", TRIED)
    Path("mlp.py").write_text(text)
    run = script("mlp")
    assert replay_steps(run, range(3, 4)).verified == 4


TRIED = """            try:
                step.update()
            except:  # noqa
                pass
"""


def test_what_the_script_does_after_the_step_is_of_no_interest(script):
    text = (Path(__file__).parent / "scripts" / "mlp.py").read_text()
    head, tail = text.split("with fb.Run")
    tail = "    with fb.Run" + tail.replace("\n", "\n    ")
    Path("mlp.py").write_text(f"{head}try:\n{tail}\nfinally:\n    assert step.number == 299\n")
    assert replay_steps(script("mlp"), range(3, 4)).verified == 4


def test_a_script_may_open_its_run_again(script):
    text = (Path(__file__).parent / "scripts" / "mlp.py").read_text()
    lines = text.replace("epochs(10)", "epochs(epochs)").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith("x = "))
    body = "".join(f"    {line}" for line in lines[at:])
    Path("mlp.py").write_text(f"{''.join(lines[:at])}for epochs in (2, 3):\n{body}")
    run = script("mlp")
    found = replay_steps(run, range(55, 65))
    assert found.verified == 65 - found.start  # from a snapshot, where the machine was slow
    assert list(found.seen) == list(range(55, 65))
    again = reproduce(run)
    assert (again.same, again.verified, again.why) == (True, 90, [])
