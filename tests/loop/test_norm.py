"""The gradients' norm: worked out when it is asked for, and finite gradients told from others without it."""

import gc
import math
import weakref

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import get_total_norm

import fourbeat as fb
from fourbeat.data.loader import TensorLoader
from fourbeat.errors import BeatError, NonFiniteError
from fourbeat.loop.norm import SMALL, sound

CASES = {
    "Adam": (torch.optim.Adam, {}),
    "Adam fused": (torch.optim.Adam, {"fused": True}),
    "AdamW": (torch.optim.AdamW, {"weight_decay": 0.1, "maximize": True}),
    "SGD": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    "SGD fused": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True, "fused": True}),
    "SGD foreach": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True, "foreach": True}),
    "RMSprop": (torch.optim.RMSprop, {}),
}


ROWS = 1000
"""In batches of 4: checks of a run's beginning read norms for 200 steps."""

LATE = 220


def loader(rows=ROWS):
    random = torch.Generator().manual_seed(3)
    x = torch.randn(rows, 2, generator=random)
    return TensorLoader(x, (x[:, 0] > 0).long(), batch_size=4)


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 2))


def each_step(directory, body, *, case="Adam fused", record=0.0):
    """Train a pass; `body(step, norm)` is called after each update with the norm seen before it."""
    model = network()
    kind, options = CASES[case]
    optimizer = kind(model.parameters(), lr=0.01, **options)
    steps = []
    with fb.Run(directory, model=model, optimizer=optimizer, record=record) as run:
        for epoch in run.epochs(1):
            for step in run.train(loader()):
                x, y = step.batch
                step.backward(nn.functional.cross_entropy(model(x), y))
                norm = get_total_norm([p.grad for p in model.parameters()]).item()
                step.update()
                body(step, norm)
                steps.append(step)
            epoch.close()
    return steps


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("record", [0, 1])
def test_a_step_knows_the_norm_in_torchs_bits(tmp_path, case, record):
    seen = []
    each_step(
        tmp_path / "r",
        lambda step, norm: seen.append((step.grad_norm, norm)),
        case=case,
        record=record,
    )
    assert len(seen) == ROWS // 4
    assert all(ours == theirs for ours, theirs in seen)


def test_the_last_steps_norm_is_there_after_the_loop(tmp_path):
    norms = []
    steps = each_step(tmp_path / "r", lambda _, norm: norms.append(norm))
    assert steps[-1].grad_norm == norms[-1]
    with pytest.raises(
        BeatError, match=rf"step {LATE}: its gradients are gone.*before the next step"
    ):
        assert steps[LATE].grad_norm


def test_a_norm_that_was_read_stays(tmp_path):
    norms = []
    steps = each_step(tmp_path / "r", lambda step, norm: norms.append((step.grad_norm, norm)))
    assert [step.grad_norm for step in steps] == [norm for _, norm in norms]


def test_no_gradient_outlives_its_step(tmp_path):
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    held, alive = [], []
    with fb.Run(tmp_path / "r", model=model, optimizer=optimizer, record=0) as run:
        for epoch in run.epochs(1):
            for step in run.train(loader()):
                gc.collect()
                alive.append(sum(one() is not None for one in held))
                held.clear()
                x, y = step.batch
                step.backward(nn.functional.cross_entropy(model(x), y))
                held += [weakref.ref(p.grad) for p in model.parameters()]
                step.update()
            gc.collect()
            alive.append(sum(one() is not None for one in held))
            epoch.close()
    assert len(held) == 4
    assert alive == [0] * (ROWS // 4 + 1)


def test_steps_that_are_taken_beat_by_beat_keep_their_norm_and_no_gradient(tmp_path):
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    held, alive, steps = [], [], []

    def see(parameter):  # a hook keeps steps from being compiled
        if parameter is model[2].bias:  # the first one of a backward pass
            alive.append(sum(one() is not None for one in held))
            held.clear()
        held.append(weakref.ref(parameter.grad))

    for parameter in model.parameters():
        parameter.register_post_accumulate_grad_hook(see)

    def forward(batch):
        return nn.functional.cross_entropy(model(batch[0]), batch[1])

    options = {"model": model, "optimizer": optimizer, "compile": "step"}
    with fb.Run(tmp_path / "r", record=0, **options) as run:
        for epoch in run.epochs(1):
            for step in run.train(loader(), forward):
                steps.append(step)
            epoch.close()
    assert "hooks" in run.receipt.events[0].text
    assert alive == [0] * (ROWS // 4)
    assert all(step.grad_norm > 0 for step in steps)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 9])
def test_one_value_that_is_not_finite_stops_the_update(tmp_path, value, place):
    model = network()
    before = []

    def poison(gradient):
        if run.state.step == LATE:
            before.extend(p.detach().clone() for p in model.parameters())
            gradient = gradient.clone()
            gradient.view(-1)[place] = value
        return gradient

    model[0].weight.register_hook(poison)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    with (
        pytest.raises(NonFiniteError, match=r"0\.weight"),
        fb.Run(tmp_path / "r", model=model, optimizer=optimizer, record=0) as run,
    ):
        for _ in run.epochs(1):
            for step in run.train(loader()):
                x, y = step.batch
                step.backward(nn.functional.cross_entropy(model(x), y))
                step.update()
    assert all(map(torch.equal, model.parameters(), before))


SHAPES = st.lists(st.sampled_from([(1,), (3, 4), (SMALL,), (SMALL + 1,), (5, SMALL)]), min_size=1)


@given(
    shapes=SHAPES,
    dtype=st.sampled_from([torch.float32, torch.float64, torch.bfloat16, torch.complex64]),
    value=st.sampled_from([1.0, 3e38, math.nan, math.inf, -math.inf]),
    share=st.floats(0, 1, exclude_max=True),
    which=st.integers(0, 9),
)
def test_one_value_among_many(shapes, dtype, value, share, which):
    gradients = [torch.ones(shape, dtype=dtype) for shape in shapes]
    flat = gradients[which % len(gradients)].view(-1)
    flat[int(share * len(flat))] = value
    before = [g.clone() for g in gradients]
    assert sound(gradients) == math.isfinite(value)
    assert all(
        torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(gradients, before, strict=True)
    )


def test_infinities_of_both_signs_are_seen():
    for size in (1, SMALL + 1):
        assert not sound([torch.full((size,), math.inf), torch.full((size,), -math.inf)])


def test_values_whose_sum_overflows_are_finite():
    for size in (4, SMALL + 1):
        assert sound([torch.full((size,), 3e38), torch.ones(2)])
    assert sound([torch.full((4,), 6e4, dtype=torch.float16)])
    assert not sound([torch.tensor([3e38, 3e38, math.nan])])


def test_gradients_with_a_graph_of_their_own_are_left_alone():
    gradient = torch.ones(3, requires_grad=True) * 2
    version = gradient._version
    assert sound([gradient])
    assert gradient._version == version
