"""A run that trains is asked from outside: to hold, to go on, to write a checkpoint."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
import torch
from torch import nn

import fourbeat as fb
from fourbeat.checkpoint.asking import ask
from fourbeat.errors import RunError


def train(directory, started, go, compile=None):
    torch.manual_seed(0)
    model = nn.Linear(4, 2)
    loader = fb.TensorLoader(torch.randn(64, 4), torch.zeros(64, dtype=torch.long), batch_size=8)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def forward(batch):
        return nn.functional.cross_entropy(model(batch[0]), batch[1])

    with fb.Run(directory, model=model, optimizer=optimizer, seed=0, compile=compile) as run:
        for epoch in run.epochs(100000):
            for step in run.train(loader, forward if compile else None):
                if compile is None:
                    step.backward(forward(step.batch))
                    step.update()
            started.set()
            epoch.close()
            if go.is_set():
                break
    return run.state.step


@pytest.mark.filterwarnings("ignore:.torch.jit.*:DeprecationWarning")
@pytest.mark.parametrize("compile", [None, "step"])
def test_it_holds_before_an_update_goes_on_and_writes_a_checkpoint(tmp_path, compile):
    run = tmp_path / "r"
    started, go = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        training = pool.submit(train, run, started, go, compile)
        try:
            assert started.wait(120)
            held = ask(run, "pause", 60)
            assert held["done"] == "paused"
            # Compiled steps have no moment between backward and update: there are no gradients yet.
            assert set(held["layers"]) == (set() if compile else {"weight", "bias"})
            length = len(fb.history(run))
            assert length == held["step"]  # the step under way is not over
            again = ask(run, "pause", 60)
            assert (again["done"], again["step"]) == ("paused", held["step"])
            assert ask(run, "checkpoint", 60)["done"] == "once it goes on"
            assert ask(run, "go on", 60) | {"id": ""} == {
                "id": "",
                "done": "going on",
                "step": held["step"],
            }
            written = ask(run, "checkpoint", 60)
            assert written["done"] == "checkpoint"
            assert written["step"] > held["step"]
            assert ask(run, "go on", 60)["done"] == "was not paused"
        finally:
            go.set()
            with suppress(RunError):  # a run that is still held would hold the pool for ever
                ask(run, "go on", 10)
        training.result(60)
    with pytest.raises(RunError, match="no process trains"):
        ask(run, "pause", 1)


def test_several_ask_at_once_and_each_is_answered(tmp_path):
    run = tmp_path / "r"
    started, go = threading.Event(), threading.Event()
    with ThreadPoolExecutor(5) as pool:
        pool.submit(train, run, started, go)
        try:
            assert started.wait(60)
            asked = [pool.submit(ask, run, "pause", 60) for _ in range(4)]
            assert len({answer.result()["step"] for answer in asked}) == 1
            assert ask(run, "go on", 60)["done"] == "going on"
        finally:
            go.set()
            with suppress(RunError):
                ask(run, "go on", 5)
