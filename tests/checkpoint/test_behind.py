"""Checkpoints behind the training: of the moment they were asked for, and no error is lost."""

import threading

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.checkpoint import behind
from fourbeat.checkpoint.behind import Behind
from fourbeat.checkpoint.store import CheckpointStore
from fourbeat.errors import CheckpointError
from fourbeat.receipt import model as receipts


@pytest.fixture
def large(monkeypatch):
    """Every state is one that is written behind."""
    monkeypatch.setattr(behind, "AT_ONCE", 0)


def held(store, step):
    """The writer's thread stands still until it is let go."""
    go, write = threading.Event(), store.write

    def wait(at, *args):
        if at == step:
            go.wait(60)
        return write(at, *args)

    store.write = wait
    return go


def test_what_is_written_is_the_moment_it_was_asked_for(tmp_path, large):
    store = CheckpointStore(tmp_path)
    go, weights = held(store, 1), torch.zeros(3)
    writer = Behind(store)
    writer.write(1, {"weights": {"a": weights}, "list": [weights]}, {})
    weights.fill_(7)
    assert not store.good
    go.set()
    writer.wait()
    state = store.read(store.good[1])
    assert state["weights"]["a"].tolist() == state["list"][0].tolist() == [0, 0, 0]


def test_a_small_one_is_there_at_once(tmp_path):
    store = CheckpointStore(tmp_path)
    Behind(store).write(1, {"weights": torch.zeros(3)}, {})
    assert list(store.good) == [1]


def test_one_waits_for_the_one_before(tmp_path, large):
    store = CheckpointStore(tmp_path)
    writer = Behind(store)
    for step in range(1, 6):
        writer.write(step, {"step": torch.tensor(step)}, {})
    writer.wait()
    assert list(store.good) == [4, 5]
    assert store.read(store.good[5])["step"] == 5


@pytest.mark.parametrize("then", [Behind.wait, lambda writer: writer.write(2, {"a": 1}, {})])
def test_an_error_is_raised_by_what_comes_next(tmp_path, large, monkeypatch, then):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    writer = Behind(CheckpointStore(tmp_path))
    monkeypatch.setattr(torch, "save", full)
    writer.write(1, {"weights": torch.zeros(3)}, {})
    with pytest.raises(CheckpointError, match="step 1 cannot be written: No space left"):
        then(writer)
    writer.wait()  # it was said


def test_an_error_of_any_kind_is_raised(tmp_path, large):
    store = CheckpointStore(tmp_path)
    store.write = lambda *_: 1 // 0
    writer = Behind(store)
    writer.write(1, {"weights": torch.zeros(3)}, {})
    with pytest.raises(ZeroDivisionError):
        writer.wait()


def test_whoever_breaks_off_waiting_may_wait_again(tmp_path, large, monkeypatch):
    store = CheckpointStore(tmp_path)
    go, writer, join = held(store, 1), Behind(store), threading.Thread.join
    writer.write(1, {"weights": torch.zeros(3)}, {})

    def broken_off(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "join", broken_off)
    with pytest.raises(KeyboardInterrupt):
        writer.wait()
    monkeypatch.setattr(threading.Thread, "join", join)
    go.set()
    writer.wait()
    assert list(store.good) == [1]


def train(directory, epochs, *, each=lambda run: None):
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.3), nn.Linear(8, 2))
    optimizer = torch.optim.Adam(model.parameters())
    x = torch.randn(40, 4, generator=torch.Generator().manual_seed(0))
    loader = fb.TensorLoader(x, (x[:, 0] > 0).long(), batch_size=8, shuffle=True, seed=1)
    with fb.Run(directory, model=model, optimizer=optimizer, checkpoint_every=2) as run:
        for epoch in run.epochs(epochs):
            for step in run.train(loader):
                each(run)
                inputs, target = step.batch
                step.backward(nn.functional.cross_entropy(model(inputs), target))
                step.update()
            epoch.close()
    return run


def test_a_run_goes_on_meanwhile_and_resumes_to_the_same_bits(tmp_path, large):
    whole = train(tmp_path / "whole", 3)
    held_at, seen = [], []

    def each(run):
        if run.state.step == 0:
            held_at.append(held(run._session._store, 2))
        if run.state.step == 3:  # the checkpoint of step 2 is not there, and one more step is done
            seen.append(sorted(run._session._store.good))
            held_at.pop().set()
        if run.state.step == 8:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        train(tmp_path / "cut", 3, each=each)
    assert seen == [[]]
    run = train(tmp_path / "cut", 3)
    assert run.receipt.events[0].text == "from the checkpoint of step 8"
    assert run.receipt.weights_sha256 == whole.receipt.weights_sha256


def test_a_run_does_not_end_well_without_its_last_checkpoint(tmp_path, large, monkeypatch):
    save = torch.save

    def full(state, path, **options):
        save(state, path, **options)
        if state["run"]["step"] == 10:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(CheckpointError, match=r"step 10 cannot be written: No space left.*step 8"):
        train(tmp_path / "r", 2)
    assert receipts.read(tmp_path / "r").run.status == "failed"
    monkeypatch.setattr(torch, "save", save)
    assert train(tmp_path / "r", 2).receipt.run.status == "finished"
