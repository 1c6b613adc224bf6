"""The networks for tables: what they compute, what members share, and that they export."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from fourbeat.config.options import ModelConfig
from fourbeat.config.sources import load
from fourbeat.data.encode import TableShape
from fourbeat.data.images import ImageShape
from fourbeat.data.own import SampleShape
from fourbeat.errors import ConfigError
from fourbeat.models.build import build
from fourbeat.models.numbers import Piecewise
from fourbeat.models.tabm import TabM, each_member

EDGES = ((-2.0, -0.5, 0.0, 1.0), (), (0.0, 1.0))
SHAPE = TableShape(3, (5, 4), 2, EDGES)
NUMBERS = TableShape(3, (), 2, EDGES)
NETWORKS = [
    ModelConfig(name="linear"),
    *(ModelConfig(name="mlp", numeric=n) for n in ("plain", "piecewise", "periodic")),
    ModelConfig(name="mlp", norm="batch"),
    *(ModelConfig(name="tabm", numeric=n) for n in ("plain", "piecewise", "periodic")),
    ModelConfig(name="tabm", norm="none", members=3, widths=(8,)),
]


def rows(n, shape=SHAPE):
    """Encoded rows."""
    random = torch.Generator().manual_seed(n)
    numeric = torch.randn(n, shape.numeric, generator=random)
    codes = [torch.randint(0, c, (n,), generator=random) for c in shape.cardinalities]
    return (numeric, torch.stack(codes, dim=1)) if codes else (numeric,)


def named(config):
    return f"{config.name}-{config.numeric}-{config.norm}"


@pytest.mark.parametrize("shape", [SHAPE, NUMBERS], ids=["categories", "numbers"])
@pytest.mark.parametrize("config", NETWORKS, ids=named)
def test_a_network_exports_for_any_number_of_rows(config, shape):
    torch.manual_seed(0)
    model = build(config, shape).eval()
    inputs = rows(6, shape)
    batch = torch.export.Dim("batch")
    program = torch.export.export(
        model, inputs, dynamic_shapes=({0: batch},) * len(inputs), strict=False
    )
    assert set(program.state_dict) == set(model.state_dict())
    for n in (2, 6, 31):
        expected = model(*rows(n, shape))
        assert expected.shape == (n, 2)
        assert torch.equal(program.module()(*rows(n, shape)), expected)


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=20))
def test_the_bins_of_a_number_add_up_to_it(values):
    ends = (-2.0, -0.5, 0.0, 1.0, 3.5)
    layer = Piecewise([ends])
    x = torch.tensor(values).unsqueeze(1)
    found = layer(x)
    assert torch.equal(found[:, :1], x)
    way = found[:, 1:].double().numpy()
    assert ((way >= 0) & (way <= 1)).all()
    np.testing.assert_allclose(
        ends[0] + way @ np.diff(ends), x[:, 0].clamp(ends[0], ends[-1]).numpy(), atol=1e-6
    )
    begun, done = way[:, 1:] > 0, way[:, :-1] == 1
    assert (done | ~begun).all()  # a bin begins where the one before is full


def test_a_number_without_bins_is_left_as_it_is():
    layer = Piecewise(EDGES)
    assert (layer.width, layer.column.tolist()) == (7, [0, 0, 0, 2])
    assert str(layer) == "Piecewise(numbers=3, bins=4)"
    assert layer(torch.tensor([[-1.25, 9.0, 1.0]])).tolist() == [[-1.25, 9, 1, 0.5, 0, 0, 1]]


def by_hand(model, member, numeric, codes):
    """One member's outputs, written out as a network of its own."""
    embedded = [table(codes[:, i]) for i, table in enumerate(model.categories)]
    x = torch.cat([model.numbers(numeric), *embedded], dim=1)
    for layer in model.layers:
        if hasattr(layer, "inward"):
            x = nn.functional.linear(x * layer.inward[member], layer.weight)
            x = x * layer.outward[member] + layer.bias[member]
        else:
            x = layer(x)
    return x @ model.weight[member] + model.bias[member]


@pytest.mark.parametrize("numeric", ["plain", "piecewise", "periodic"])
def test_members_are_networks_of_their_own(numeric):
    torch.manual_seed(0)
    model = TabM(SHAPE, (16, 8), 0.0, "layer", numeric, members=5)
    with torch.no_grad():
        for p in model.parameters():
            p += 0.1 * torch.randn_like(p)  # scales of 1 would hide where they belong
    inputs = rows(7)
    alone = torch.stack([by_hand(model, member, *inputs) for member in range(5)], dim=1)
    together = model(*inputs)
    assert together.shape == (7, 5, 2)
    torch.testing.assert_close(together, alone)
    torch.testing.assert_close(model.eval()(*inputs), alone.mean(dim=1))


def test_members_differ_from_the_start_and_share_the_large_weights():
    torch.manual_seed(0)
    models = {k: TabM(SHAPE, (64, 32), 0.0, members=k) for k in (2, 8)}
    outputs = models[8](*rows(4)).transpose(0, 1)
    assert all(not torch.allclose(outputs[i], outputs[j]) for i in range(8) for j in range(i))
    count = {k: sum(p.numel() for p in model.parameters()) for k, model in models.items()}
    inputs = 3 + 3 + 2
    scales = (inputs + 64 + 64) + (64 + 32 + 32) + (32 * 2 + 2)
    assert count[8] - count[2] == 6 * scales


def test_each_member_learns_from_its_own_answer():
    torch.manual_seed(0)
    model = TabM(SHAPE, (8,), 0.0, members=4)
    loss = nn.CrossEntropyLoss()
    loss.register_forward_pre_hook(each_member)
    inputs, target = rows(6), torch.tensor([0, 1, 1, 0, 1, 0])
    together = loss(model(*inputs), target)
    together.backward()
    alone = [nn.functional.cross_entropy(by_hand(model, m, *inputs), target) for m in range(4)]
    torch.testing.assert_close(together, torch.stack(alone).mean())
    for member in range(4):
        (own,) = torch.autograd.grad(alone[member], model.weight)
        torch.testing.assert_close(model.weight.grad[member], own[member] / 4)


@given(st.integers(0, 10**6), st.sampled_from(["classes", "labels", "quantity"]))
def test_the_average_loses_no_more_than_the_members_do(seed, task):
    random = torch.Generator().manual_seed(seed)
    outputs = 3 * torch.randn(9, 4, 3, generator=random, dtype=torch.float64)
    target = torch.randint(0, 2, (9, 3), generator=random).double()
    losses = {"labels": nn.BCEWithLogitsLoss(), "quantity": nn.MSELoss()}
    weighted = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 5.0, 0.2]).double())
    loss = losses.get(task, weighted)
    loss.register_forward_pre_hook(each_member)
    target = target if task in losses else target.sum(dim=1).long().clamp(max=2)
    assert loss(outputs.mean(dim=1), target) <= loss(outputs, target) + 1e-12


@pytest.mark.parametrize(
    ("config", "shape", "message"),
    [
        ({"name": "tabm"}, ImageShape(1, 8, 8, 3), "TabM is for tables.*linear, mlp, cnn"),
        ({"name": "mlp", "numeric": "periodic"}, ImageShape(1, 8, 8, 3), "as they are"),
        ({"name": "tabm", "norm": "batch"}, SHAPE, "would mix TabM's members.*layer or none"),
        ({"name": "tabm", "widths": ()}, SHAPE, "differ in hidden layers"),
        (
            {"name": "mlp", "numeric": "piecewise"},
            SampleShape(((3,),), (torch.float32,), 2),
            "there is no table.*plain or periodic",
        ),
    ],
)
def test_what_cannot_be_built(config, shape, message):
    with pytest.raises(ConfigError, match=message):
        build(ModelConfig(**config), shape)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"model.numeric": "piecewise", "model.name": "linear"}, "numeric is for mlp and tabm"),
        ({"model.members": 4}, "members is for tabm, and the model is mlp"),
        ({"model.members": 1, "model.name": "tabm"}, "greater than or equal to 2"),
        ({"model.numeric": "bins"}, "'plain', 'piecewise' or 'periodic'"),
    ],
)
def test_options_that_the_network_does_not_use(flags, message):
    with pytest.raises(ConfigError, match=message):
        load(flags={"data.path": "t.csv", "data.target": "y", **flags})
