"""A paused step: what it says is so, and looking changes nothing."""

import copy
import math
import random
import threading

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import fourbeat as fb
from fourbeat.checkpoint import rng
from fourbeat.errors import FourbeatError
from fourbeat.observe.attach import attach
from fourbeat.observe.stream import watching
from fourbeat.pause.reader import Pause


class Noisy(torch.optim.SGD):
    """Draws random numbers, and changes gradients in place."""

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad.add_(torch.randn_like(p), alpha=0.1)
                p.grad.mul_(1 + random.random() + np.random.rand())
        return super().step(closure)


OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.1}),
    "adam": (torch.optim.Adam, {"lr": 0.1, "amsgrad": True}),
    "fused": (torch.optim.AdamW, {"lr": 0.1, "fused": True}),
    "rprop": (torch.optim.Rprop, {}),
    "nadam": (torch.optim.NAdam, {}),
    "adafactor": (torch.optim.Adafactor, {}),
    "asgd": (torch.optim.ASGD, {}),
    "adadelta": (torch.optim.Adadelta, {}),
    "noisy": (Noisy, {"lr": 0.1}),
}


def train(make, options, steps=4):
    """Weights, gradients, state and generators after a few steps."""
    torch.manual_seed(0)
    np.random.seed(0)
    random.seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.3), nn.Linear(4, 2))
    optimizer = make(model.parameters(), **options)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    data = TensorDataset(torch.randn(20, 3), torch.arange(20) % 2)
    for x, y in DataLoader(data, batch_size=20 // steps, shuffle=True):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        schedule.step()
    return [
        *[p.detach() for p in model.parameters()],
        *[p.grad for p in model.parameters()],
        *[v for s in optimizer.state.values() for v in s.values() if isinstance(v, torch.Tensor)],
    ], rng.digest(rng.capture())


def paused(stop, at=None, when=None):
    """Pauses that a function looks at."""
    return watching(Pause(at, when, lambda step, why, stream: stop(step, why)).watch)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_preview_is_the_update_and_leaves_no_trace(name):
    make, options = OPTIMIZERS[name]
    bare, generators = train(make, options)
    seen, differences = [], []

    def stop(step, why):
        seen.append((step.preview(), {n: w.clone() for n, w in step.weights.items()}, step.weights))
        step.layers()

    with paused(stop, when="step >= 0"), attach():
        looked, after = train(make, options)
    assert after == generators
    assert all(torch.equal(a, b) for a, b in zip(bare, looked, strict=True))
    assert len(seen) == 4
    for number, (update, weights, _) in enumerate(seen[:-1]):
        for key, moved in seen[number + 1][1].items():
            assert torch.equal(weights[key] + 0, weights[key])
            differences.append((moved - weights[key] - update[key]).abs().max())
            assert torch.equal(moved - weights[key], update[key])
    assert max(differences) == 0


def test_what_it_knows():
    steps = []

    def stop(step, why):
        assert fb.step is step
        assert fb.step
        rows = step.rows
        steps.append((step.number, step.epoch, why, rows.tolist(), step.loss, step.logits.shape))
        assert step.batch[0].shape == (5, 3)
        assert sorted(step.gradients) == ["0.bias", "0.weight", "2.bias", "2.weight"]
        clipped = torch.cat([g.reshape(-1) for g in step.gradients.values()]).norm()
        assert step.value("grad_norm") >= float(clipped) - 1e-6
        assert step.value("weight_norm") == pytest.approx(
            float(torch.cat([w.reshape(-1) for w in step.weights.values()]).norm())
        )
        first, last = step.layers()
        assert (first.name, last.name) == ("0", "2")
        assert math.hypot(first.gradient, last.gradient) == pytest.approx(step.value("grad_norm"))
        assert first.ratio == first.update / first.weight
        assert step.layer("0", "grad_norm") == first.gradient

    with paused(stop, at=2), attach():
        train(torch.optim.SGD, {"lr": 0.1})
    ((number, epoch, why, rows, loss, shape),) = steps
    assert (number, epoch, why, shape) == (2, 1, "--at 2", (5, 2))
    assert len(rows) == 5
    assert 0 < loss < 3
    assert not fb.step
    with pytest.raises(FourbeatError, match="no step is paused, so there is no fb.step.loss"):
        _ = fb.step.loss


def test_again_and_go():
    steps = []

    def stop(step, why):
        steps.append((step.number, why))
        if len(steps) < 3:
            step.again()
        else:
            step.go()

    with paused(stop, at=1, when="step > 4"), attach():
        train(torch.optim.SGD, {"lr": 0.1}, steps=10)
    assert steps == [(1, "--at 1"), (2, "the next step"), (3, "the next step")]


def test_skip_leaves_the_update_out():
    bare, _ = train(torch.optim.SGD, {"lr": 0.1})
    numbers = []

    def stop(step, why):
        numbers.append(step.number)
        step.skip()

    with paused(stop, when="step >= 0"), attach():
        still, _ = train(torch.optim.SGD, {"lr": 0.1})
    torch.manual_seed(0)
    first = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.3), nn.Linear(4, 2))
    assert all(torch.equal(a, b) for a, b in zip(still[:4], first.parameters(), strict=True))
    assert not torch.equal(bare[0], still[0])
    assert numbers == [0] * 4  # a step that was left out does not count


def test_a_closure_cannot_be_left_out_or_previewed():
    model = nn.Linear(2, 1)
    optimizer = torch.optim.LBFGS(model.parameters())
    asked = []

    def stop(step, why):
        assert math.isnan(step.loss)
        for act in (step.skip, step.preview):
            with pytest.raises(FourbeatError, match="closure"):
                act()
        asked.append(step.closure)

    def closure():
        optimizer.zero_grad()
        loss = model(torch.ones(1, 2)).square().sum()
        loss.backward()
        return loss

    with paused(stop, at=0, when="not finite(loss)"), attach():
        optimizer.step(closure)
    assert asked == [True]


def test_an_optimizer_that_cannot_be_copied_says_so():
    class Odd(torch.optim.SGD):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            self.lock = threading.Lock()

    told = []

    def stop(step, why):
        with pytest.raises(FourbeatError, match="the update of Odd cannot be previewed"):
            step.preview()
        told.append(step.layers()[0])

    with paused(stop, at=0), attach():
        train(Odd, {"lr": 0.1})
    assert math.isnan(told[0].update)
    assert told[0].gradient > 0


def test_a_layer_that_is_not_there_ends_the_script(capsys):
    with (
        pytest.raises(SystemExit) as end,
        paused(lambda *_: None, when='layer("fc").grad_norm > 1'),
    ):
        with attach():
            train(torch.optim.SGD, {"lr": 0.1})
    assert end.value.code == 2


def test_a_run_pauses_in_its_users_loop(tmp_path):
    def run(directory):
        torch.manual_seed(0)
        model = nn.Linear(3, 2)
        optimizer = torch.optim.Adam(model.parameters())
        data = TensorDataset(torch.randn(12, 3), torch.arange(12) % 2)
        with fb.Run(
            tmp_path / directory, model=model, optimizer=optimizer, seed=1, record=0
        ) as run:
            for _ in run.epochs(2):
                for step in run.train(DataLoader(data, batch_size=4, shuffle=True)):
                    x, y = step.batch
                    step.backward(nn.functional.cross_entropy(model(x), y))
                    step.update()
        return copy.deepcopy(model.state_dict())

    bare = run("bare")
    seen = []

    def stop(step, why):
        moved = {name: value.clone() for name, value in step.preview().items()}
        seen.append((step.number, step.epoch, step.name, len(step.rows), sorted(moved)))

    with paused(stop, at=4):
        looked = run("paused")
    assert seen == [(4, 2, "main", 4, ["bias", "weight"])]
    assert all(torch.equal(bare[key], looked[key]) for key in bare)
