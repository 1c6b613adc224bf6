"""The step log: what it holds is what happened, whoever looks, whatever befalls it."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb
from fourbeat.errors import RunError
from fourbeat.loop import session
from fourbeat.observe.events import Stepped
from fourbeat.observe.stream import Stream, watching
from fourbeat.record import block, governor, recorder
from fourbeat.record import log as logs
from fourbeat.record.layout import Flag


def data(n=70):
    made = torch.Generator().manual_seed(0)
    x = torch.randn(n, 4, generator=made)
    return x, (x[:, 0] > 0).long()


def net():
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 2))


def train(
    directory, *, epochs=2, model=None, stop=None, fail=None, loader=None, seen=None, **options
):
    model = model or net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loader = loader or fb.TensorLoader(*data(), batch_size=16, shuffle=True, seed=1)
    with fb.Run(directory, model=model, optimizer=optimizer, seed=3, **options) as run:
        for epoch in run.epochs(epochs):
            for step in run.train(loader):
                for x, y in step.batches:
                    loss = nn.functional.cross_entropy(model(x), y)
                    step.backward(loss)
                    if seen is not None:
                        seen.append((loss.item(), x.clone()))
                step.update()
                if step.number == stop:
                    return run
                if step.number == fail:
                    raise ZeroDivisionError
            epoch.close()
    return run


def test_each_step_is_there_to_the_bit(tmp_path):
    seen = []
    train(tmp_path / "r", seen=seen)
    log = fb.history(tmp_path / "r")
    assert log.step.tolist() == list(range(10))
    assert log.epoch.tolist() == [1] * 5 + [2] * 5
    assert log.loss().tolist() == [loss for loss, _ in seen]
    assert log.examples.tolist() == [16, 16, 16, 16, 6] * 2
    assert (log.lr() == 0.01).all()
    x, _ = data()
    for index, (_, inputs) in enumerate(seen):
        assert torch.equal(x[log.rows(index)], inputs)
    for part in ("forward", "loss", "backward", "update", "recorder"):
        assert (log.seconds(part) > 0).all()


def test_norms_are_those_of_gradients_weights_and_updates(tmp_path):
    model = net()
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    x, y = data()
    rows = fb.TensorLoader(x, y, batch_size=16, shuffle=True, seed=1)
    inputs, target = next(iter(rows))
    nn.functional.cross_entropy(model(inputs), target).backward()
    gradients = {name: p.grad.norm().item() for name, p in model.named_parameters()}
    model = net()
    train(tmp_path / "r", model=model, stop=0)
    log = fb.history(tmp_path / "r")
    for name, p in model.named_parameters():
        layer = log.layer(name)
        assert layer.weight[0] == pytest.approx(before[name].norm().item())
        assert layer.update[0] == pytest.approx((p.detach() - before[name]).norm().item())
        assert layer.nonfinite[0] == 0
        assert layer.ratio[0] == layer.update[0] / layer.weight[0]
    assert {n: log.layer(n).grad[0] for n in log.layers} == pytest.approx(gradients)


def test_a_mean_over_accumulated_batches_is_weighted(tmp_path):
    seen = []
    train(tmp_path / "r", epochs=1, accumulate=2, seen=seen)
    log = fb.history(tmp_path / "r")
    sizes = [len(x) for _, x in seen]
    losses = [loss for loss, _ in seen]
    means = [
        np.average(losses[i : i + 2], weights=sizes[i : i + 2]) for i in range(0, len(losses), 2)
    ]
    assert log.loss().tolist() == pytest.approx(means)
    assert len(log.rows(0)) == 32
    assert len(log.rows(2)) == 6


@pytest.mark.parametrize("workers", [0, 2])
def test_rows_of_a_dataloader_are_those_of_its_sampler(tmp_path, workers):
    x, y = data()
    loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True, num_workers=workers)
    seen = []
    train(tmp_path / "r", loader=loader, seen=seen)
    log = fb.history(tmp_path / "r")
    for index, (_, inputs) in enumerate(seen):
        assert torch.equal(x[log.rows(index)], inputs)


def test_two_trainings_share_the_root_and_another_seed_does_not(tmp_path):
    roots = [train(tmp_path / name).receipt.steps_root for name in "ab"]
    other = fb.TensorLoader(*data(), batch_size=16, shuffle=True, seed=2)
    third = train(tmp_path / "c", loader=other).receipt.steps_root
    assert roots[0] == roots[1] != third


@pytest.fixture
def at_once(monkeypatch):
    """Every step is written by itself, as it is where steps take longer."""
    monkeypatch.setattr(recorder, "WRITE_SECONDS", 0)


def test_it_is_read_while_it_is_written(tmp_path, at_once):
    lengths = []

    class Watching(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net()

        def forward(self, x):
            if (tmp_path / "r" / "steps.log").exists():
                lengths.append(len(fb.history(tmp_path / "r")))
            return self.net(x)

    train(tmp_path / "r", model=Watching(), epochs=1)
    assert lengths == [1, 2, 3, 4]


@pytest.mark.parametrize("most", [1, 3, 256])
def test_it_does_not_matter_how_many_records_are_written_together(tmp_path, monkeypatch, most):
    monkeypatch.setattr(recorder, "WRITE_SECONDS", 1000)
    monkeypatch.setattr(block, "MOST", most)
    seen = []
    run = train(tmp_path / "r", seen=seen)
    monkeypatch.undo()
    log = fb.history(tmp_path / "r")
    assert log.loss().tolist() == [loss for loss, _ in seen]
    x, _ = data()
    for index, (_, inputs) in enumerate(seen):
        assert torch.equal(x[log.rows(index)], inputs)
    assert run.receipt.steps_root == train(tmp_path / "other").receipt.steps_root


def test_what_is_thinned_is_said_and_the_rest_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(governor, "LEAST_OFTEN", 4)
    seen = []
    run = train(tmp_path / "r", seen=seen, record=1e-9)
    log = fb.history(tmp_path / "r")
    assert log.loss().tolist() == [loss for loss, _ in seen]
    assert log.step.tolist() == list(range(10))
    assert log.epoch.tolist() == [1] * 5 + [2] * 5
    assert log.examples.tolist() == [16, 16, 16, 16, 6] * 2
    assert (log.lr() == 0.01).all()
    x, _ = data()
    for index, (_, inputs) in enumerate(seen):
        assert torch.equal(x[log.rows(index)], inputs)
    kept = [True, False, False, False] * 2 + [True, False]
    for flag in (Flag.TIMES, Flag.GRADIENTS, Flag.WEIGHTS, Flag.FINGERPRINT, Flag.BATCH):
        assert (log.flags & flag > 0).tolist() == kept
    layer = log.layer("0.weight")
    for values in (layer.grad, layer.weight, layer.update, log.grad_norm()):
        assert np.isfinite(values).tolist() == kept
    for part in ("data", "forward", "loss", "backward", "update"):
        assert np.isfinite(log.seconds(part)).tolist() == kept
    assert (log.seconds("recorder") > 0).all()
    assert (log.batch > 0).tolist() == kept
    assert run.receipt.steps_root == train(tmp_path / "all", record=1).receipt.steps_root


def test_a_lean_step_makes_no_event(tmp_path, monkeypatch):
    monkeypatch.setattr(governor, "LEAST_OFTEN", 4)
    monkeypatch.setattr(session, "STEPS", 0)  # a run's look at its first steps hears more
    heard = []
    emit = Stream.emit

    def listen(self, event):
        heard.append(type(event).__name__)
        emit(self, event)

    monkeypatch.setattr(Stream, "emit", listen)
    train(tmp_path / "r", record=1e-9, clip_norm=1.0)
    log = fb.history(tmp_path / "r")
    assert (log.flags & Flag.CLIPPED > 0).all()
    steps, at = [], 0
    for place in [i for i, kind in enumerate(heard) if kind == "Stepped"]:
        steps.append(set(heard[at:place]) - {"Mode"})
        at = place + 1
    whole = {"Batch", "Forward", "Loss", "Backward", "Gradients", "Clip"}
    whole |= {"Updating", "Updated"}
    assert steps == [whole] * 3  # of ten steps
    assert len(log) == 10


def test_whoever_listens_beside_it_hears_every_end(tmp_path):
    heard = []

    def listen(event):
        if isinstance(event, Stepped):
            heard.append((event.number, event.losses[0][1], event.rows[0].tolist()))

    alone = train(tmp_path / "alone", record=1e-9)
    with watching(lambda stream: listen):
        beside = train(tmp_path / "beside", record=1e-9)
    assert alone.receipt.steps_root == beside.receipt.steps_root
    log = fb.history(tmp_path / "alone")
    assert heard == [(i, log.loss()[i], log.rows(i).tolist()) for i in range(10)]


def test_several_optimizers_accumulation_and_a_scheduler_are_in_lean_steps_too(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(governor, "LEAST_OFTEN", 4)
    logs = {}
    for name, record in (("lean", 1e-9), ("whole", 1)):
        first, second = net(), net()
        optimizer = {
            "a": torch.optim.SGD(first.parameters(), lr=0.1),
            "b": torch.optim.SGD(
                [{"params": second[0].parameters()}, {"params": second[3].parameters(), "lr": 0.2}],
                lr=0.3,
            ),
        }
        scheduler = {"a": torch.optim.lr_scheduler.ExponentialLR(optimizer["a"], 0.9)}
        model = nn.ModuleDict({"first": first, "second": second})
        loader = fb.TensorLoader(*data(), batch_size=16)
        with fb.Run(
            tmp_path / name,
            model=model,
            optimizer=optimizer,
            scheduler=scheduler,
            schedule="step",
            accumulate=2,
            seed=3,
            record=record,
        ) as run:
            for epoch in run.epochs(3):
                for step in run.train(loader):
                    for x, y in step.batches:
                        for key, part in (("a", first), ("b", second)):
                            loss = nn.functional.cross_entropy(part(x), y)
                            step.backward(loss, optimizer=key)
                    step.update("a")
                    step.update("b")
                epoch.close()
        logs[name] = fb.history(tmp_path / name), run.receipt.steps_root
    (lean, root), (whole, same) = logs["lean"], logs["whole"]
    assert root == same
    assert (lean.flags & Flag.TIMES > 0).sum() < len(lean) == len(whole)
    for key in ("a", "b"):
        assert lean.loss(key).tolist() == whole.loss(key).tolist()
        assert np.array_equal(lean.lr(key), whole.lr(key), equal_nan=True)
    assert lean.lr("a")[1, 0] == pytest.approx(0.09)
    assert [lean.rows(i).tolist() for i in range(9)] == [whole.rows(i).tolist() for i in range(9)]


def test_a_torn_tail_is_cut_and_a_damaged_record_left_out(tmp_path):
    train(tmp_path / "r")
    file = tmp_path / "r" / "steps.log"
    raw = file.read_bytes()
    file.write_bytes(raw[:-5])
    assert fb.history(tmp_path / "r").step.tolist() == list(range(9))
    broken = bytearray(raw)
    broken[-300] ^= 4
    file.write_bytes(broken)
    log = fb.history(tmp_path / "r")
    assert log.damaged == 1
    assert len(log) == 9


@pytest.mark.parametrize("keep", [0, 3, 10, 17, 19, 40, 200])
def test_a_header_that_is_not_whole_is_named(tmp_path, keep):
    train(tmp_path / "r")
    file = tmp_path / "r" / "steps.log"
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(RunError, match="step log"):
        fb.history(tmp_path / "r")


def test_a_run_that_was_left_has_its_last_step(tmp_path):
    run = train(tmp_path / "r", stop=7)
    assert fb.history(tmp_path / "r").step.tolist() == list(range(8))
    assert run.receipt.limits == []
    assert run.receipt.steps_root is not None


def test_after_a_resume_the_steps_come_again_and_are_equal(tmp_path):
    with pytest.raises(ZeroDivisionError):
        train(tmp_path / "r", fail=7, checkpoint_every=3)
    assert len(fb.history(tmp_path / "r")) == 8
    run = train(tmp_path / "r", checkpoint_every=3)
    assert run.receipt.events[0].text == "from the checkpoint of step 6"
    whole = train(tmp_path / "w", checkpoint_every=3)
    log, other = fb.history(tmp_path / "r"), fb.history(tmp_path / "w")
    assert log.step.tolist() == other.step.tolist()
    assert log.loss().tolist() == other.loss().tolist()
    assert run.receipt.steps_root == whole.receipt.steps_root
    assert not [event for event in run.receipt.events if event.kind == "differs"]


KILLED = """
import os, sys, torch
sys.path.insert(0, {tests!r})
from test_history import net, recorder, train
recorder.WRITE_SECONDS = {seconds}
class Wrapped(torch.nn.Module):
    calls = 0
    def __init__(self):
        super().__init__()
        self.net = net()
    def forward(self, x):
        Wrapped.calls += 1
        if Wrapped.calls == 9:
            os.kill(os.getpid(), 9)
        return self.net(x)
train({run!r}, model=Wrapped(), checkpoint_every=3)
"""


@pytest.mark.parametrize(("seconds", "steps"), [(0, 8), (1000, 6)])
def test_what_was_written_is_not_lost_to_a_kill(tmp_path, seconds, steps):
    run = str(tmp_path / "r")
    tests = str(__file__).rpartition("/")[0]
    script = KILLED.format(tests=tests, run=run, seconds=seconds)
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -9
    assert fb.history(run).step.tolist() == list(range(steps))  # with a checkpoint: all before it
    assert fb.history(run).damaged == 0

    class Wrapped(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net()

        def forward(self, x):
            return self.net(x)

    resumed = train(run, model=Wrapped(), checkpoint_every=3)
    assert fb.history(run).step.tolist() == list(range(10))
    assert [event.kind for event in resumed.receipt.events] == ["resume"]


def test_a_step_that_differs_after_a_resume_is_said(tmp_path, caplog):
    with pytest.raises(ZeroDivisionError):
        train(tmp_path / "r", fail=7, checkpoint_every=3)
    x, y = data()
    other = fb.TensorLoader(x + 1e-3, y, batch_size=16, shuffle=True, seed=1)
    run = train(tmp_path / "r", loader=other, checkpoint_every=3)
    events = [event for event in run.receipt.events if event.kind == "differs"]
    assert [event.text for event in events] == ["step 6 is not what it was before the resume"]


def test_a_step_that_fails_is_recorded_with_what_it_had(tmp_path):
    class Breaks(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net()
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            return self.net(x) * (float("nan") if self.calls == 3 else 1)

    with pytest.raises(fb.FourbeatError, match="loss is nan"):
        train(tmp_path / "r", model=Breaks())
    log = fb.history(tmp_path / "r")
    assert log.step.tolist() == [0, 1, 2]
    assert np.isnan(log.loss()[2])
    assert log.flags[2] & Flag.UNCOUNTED


def test_a_layer_that_is_unfrozen_on_the_way_goes_on_in_a_second_file(tmp_path):
    model = net()
    optimizer = torch.optim.SGD(model[0].parameters(), lr=0.1)
    loader = fb.TensorLoader(*data(), batch_size=16)
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, seed=1) as run:
        for epoch in run.epochs(2):
            for step in run.train(loader):
                x, y = step.batch
                step.backward(nn.functional.cross_entropy(model(x), y))
                step.update()
            if epoch.number == 1:
                optimizer.add_param_group({"params": list(model[3].parameters()), "lr": 0.01})
            epoch.close()
    log = fb.history(tmp_path / "r")
    assert len(log.layouts) == 2
    assert log.step.tolist() == list(range(10))
    assert np.isnan(log.lr()[:5, 1]).all()
    assert (log.lr()[5:, 1] == 0.01).all()
    assert np.isnan(log.layer("3.weight").grad[:5]).all()
    assert (log.layer("3.weight").grad[5:] > 0).all()


def test_names_that_are_not_there_are_named(tmp_path):
    train(tmp_path / "r", epochs=1)
    log = fb.history(tmp_path / "r")
    with pytest.raises(RunError, match="no parameter 'fc1'.*0.weight"):
        log.layer("fc1")
    with pytest.raises(RunError, match="no optimizer 'other'.*main"):
        log.loss("other")


def test_a_full_disk_ends_the_log_and_not_the_training(tmp_path, monkeypatch, at_once):
    write = logs.write_at
    done = []

    def full(file, raw, place):
        done.append(1)
        if len(done) > 8:
            raise OSError(28, "No space left on device")
        return write(file, raw, place)

    monkeypatch.setattr(logs, "write_at", full)
    monkeypatch.setattr(recorder, "WRITE_SECONDS", 0)
    run = train(tmp_path / "r")
    assert run.receipt.run.status == "finished"
    assert "step log ends at step 5: No space left" in run.receipt.limits[0].replace("The ", "")
    assert fb.history(tmp_path / "r").step.tolist() == [0, 1, 2, 3]
