"""The fused kernels called directly: the bits of torch's own steps, and torch's own step elsewhere."""

import itertools

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW

from fourbeat.loop.direct import Direct

CASES = [
    (Adam, {}),
    (Adam, {"amsgrad": True, "weight_decay": 0.1}),
    (Adam, {"maximize": True, "betas": (0.8, 0.99), "eps": 1e-6}),
    (AdamW, {"weight_decay": 0.2}),
    (AdamW, {"amsgrad": True}),
    (SGD, {}),
    (SGD, {"weight_decay": 0.1, "maximize": True}),
    (SGD, {"momentum": 0.9}),
    (SGD, {"momentum": 0.9, "nesterov": True}),
    (SGD, {"momentum": 0.9, "dampening": 0.3}),
]


def trained(kind, options, direct, *, twist=lambda optimizer, step: None, steps=5):
    """Weights and state after some steps with gradients of a fixed generator."""
    random = torch.Generator().manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 5), nn.Linear(5, 2))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=random))
    groups = [
        {"params": list(model[0].parameters()), "lr": 0.05},
        {"params": list(model[1].parameters()), "lr": 0.01},
    ]
    optimizer = kind(groups, **{"lr": 0.1, "fused": True} | options)
    way = Direct(optimizer)
    for step in range(steps):
        for parameter in model.parameters():
            parameter.grad = torch.randn(parameter.shape, generator=random)
        twist(optimizer, step)
        (way.step if direct else optimizer.step)()
        (way.clear if direct else optimizer.zero_grad)()
        assert all(p.grad is None for p in model.parameters())
    state = itertools.chain(*(optimizer.state[p].values() for p in optimizer.state))
    return [*model.parameters(), *(value for value in state if value is not None)]


def equal(one, other):
    return len(one) == len(other) and all(map(torch.equal, one, other))


@pytest.mark.parametrize(("kind", "options"), CASES)
def test_the_bits_are_those_of_the_optimizers_own_step(kind, options):
    assert equal(trained(kind, options, True), trained(kind, options, False))


@pytest.mark.parametrize(("kind", "options"), CASES[:1] + CASES[5:6] + CASES[7:8])
def test_the_kernel_alone_is_called(kind, options, monkeypatch):
    called = []
    plain = kind.step

    def count(self, *args):
        called.append(1)
        return plain(self, *args)

    count.__code__ = count.__code__.replace(co_filename=torch.__file__)  # passes for torch's
    monkeypatch.setattr(kind, "step", count)
    trained(kind, options, True)
    assert len(called) == (1 if kind is not SGD or options else 0)  # the one that makes the state


def add_hook(optimizer, step):
    if step == 2:
        optimizer.register_step_pre_hook(lambda own, *_: own.param_groups[0].update(lr=0.5))


def new_state(optimizer, step):
    if step == 2:
        optimizer.load_state_dict(optimizer.state_dict())


def forget(optimizer, step):
    if step == 3:
        optimizer.state.clear()


def without(optimizer, step):
    if step == 1:
        optimizer.param_groups[1]["params"][0].grad = None


def in_a_tensor(optimizer, step):
    if step == 2:
        optimizer.param_groups[0]["lr"] = torch.tensor(0.3)


def scheduled(optimizer, step):
    if step == 0:
        optimizer.schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    elif step == 3:
        optimizer.schedule.step()  # warns if it has not seen the optimizer's step


def unfused(optimizer, step):
    optimizer.param_groups[0]["fused"] = None


TWISTS = [add_hook, new_state, forget, without, in_a_tensor, scheduled, unfused]


@pytest.mark.parametrize("twist", TWISTS)
def test_whatever_is_done_to_the_optimizer_on_the_way(twist):
    if twist is in_a_tensor:
        kind, options = Adam, {"weight_decay": 0.1}
    else:
        kind, options = AdamW, {}
    one = trained(kind, options, True, twist=twist)
    assert equal(one, trained(kind, options, False, twist=twist))


def test_a_class_of_ones_own_keeps_its_step():
    class Twice(Adam):
        def step(self, closure=None):
            super().step(closure)
            return super().step(closure)

    assert equal(trained(Twice, {}, True), trained(Twice, {}, False))


def test_a_patched_step_is_called(monkeypatch):
    seen, plain = [], Adam.step
    optimizer = Adam([nn.Parameter(torch.ones(2))], fused=True)
    way = Direct(optimizer)

    def patched(self, *args):
        seen.append(self)
        return plain(self, *args)

    for step in range(3):
        if step == 2:
            monkeypatch.setattr(Adam, "step", patched)
        optimizer.param_groups[0]["params"][0].grad = torch.ones(2)
        way.step()
    assert seen == [optimizer]


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("of_torch", [True, False])
def test_a_step_put_on_the_optimizer_itself_is_called(fused, of_torch):
    parameter = nn.Parameter(torch.ones(2))
    optimizer = SGD([parameter], lr=0.1, fused=fused)
    way = Direct(optimizer)
    parameter.grad = torch.ones(2)

    def nothing():
        """As torch.compile puts its own there."""

    if of_torch:
        nothing.__code__ = nothing.__code__.replace(co_filename=torch.__file__)
    optimizer.step = nothing
    way.step()
    assert parameter.tolist() == [1.0, 1.0]


class Own(torch.optim.Optimizer):
    """A rule of one's own."""

    def __init__(self, parameters, lr=0.1):
        super().__init__(parameters, {"lr": lr, "differentiable": False})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter -= group["lr"] * parameter.grad.sign()


UNFUSED = [
    (Adam, {}),
    (AdamW, {"weight_decay": 0.1}),
    (SGD, {"momentum": 0.9}),
    (torch.optim.RMSprop, {}),
]


@pytest.mark.parametrize(("kind", "options"), [*UNFUSED, (Own, {})])
def test_steps_of_any_class_are_called_without_labels_and_hooks(kind, options, monkeypatch):
    optimizer = kind([nn.Parameter(torch.ones(3))], lr=0.1, **options)
    other = kind([nn.Parameter(torch.ones(3))], lr=0.1, **options)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    way = Direct(optimizer)
    (ours,), (theirs,) = optimizer.param_groups[0]["params"], other.param_groups[0]["params"]
    for _ in range(3):
        ours.grad, theirs.grad = torch.arange(3.0), torch.arange(3.0)
        other.step()
        with monkeypatch.context() as patched:
            patched.setattr(torch.autograd.profiler, "record_function", None)  # may not be called
            way.step()
        schedule.step()  # warns if it has not seen the optimizer's step
        optimizer.param_groups[0]["lr"] = 0.1
    assert torch.equal(ours, theirs)


@pytest.mark.parametrize(("kind", "options"), [*UNFUSED, (Own, {})])
def test_hooks_and_labels_are_there_for_whoever_wants_them(kind, options):
    seen = []
    optimizer = kind([nn.Parameter(torch.ones(3))], lr=0.1, **options)
    way = Direct(optimizer)
    optimizer.param_groups[0]["params"][0].grad = torch.ones(3)
    handle = optimizer.register_step_post_hook(lambda *_: seen.append(1))
    way.step()
    assert seen == [1]
    handle.remove()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        way.step()
    assert f"Optimizer.step#{kind.__name__}.step" in {event.key for event in profile.key_averages()}


def test_double_precision_and_sparse_gradients_are_left_to_torch():
    for make in (
        lambda: (torch.ones(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)),
        lambda: (
            torch.ones(3, 2),
            torch.sparse_coo_tensor([[0]], torch.ones(1, 2), (3, 2), check_invariants=True),
        ),
    ):
        found = []
        for direct in (True, False):
            value, gradient = make()
            parameter = nn.Parameter(value.clone())
            optimizer = SGD([parameter], lr=0.1, fused=not gradient.is_sparse)
            parameter.grad = gradient
            (Direct(optimizer).step if direct else optimizer.step)()
            found.append(parameter.detach())
        assert torch.equal(*found)


def test_a_profiler_sees_the_optimizers_step():
    parameter = nn.Parameter(torch.ones(2))
    optimizer = SGD([parameter], lr=0.1, fused=True)
    parameter.grad = torch.ones(2)
    with torch.profiler.profile() as profiler:
        Direct(optimizer).step()
    assert any("Optimizer.step#SGD" in event.name for event in profiler.events())
