"""Stacked networks: outputs, gradients and dropout of each are those of the network alone."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fourbeat.data.encode import TableShape
from fourbeat.data.words import CODES
from fourbeat.models.stacked import Stack
from fourbeat.models.tabular import MLP, Linear

SIZES = st.integers(1, 6)

SHAPES = st.builds(
    TableShape,
    SIZES,
    st.lists(st.integers(2, 9), max_size=3).map(tuple),
    st.integers(1, 3),
    texts=st.lists(st.integers(3, 9), max_size=2).map(tuple),
)


def network(shape, seed, how):
    torch.manual_seed(seed)
    if how["name"] == "linear":
        made = Linear(shape)
        torch.nn.init.normal_(made.weight)  # it begins at zero
        return made
    return MLP(shape, how["widths"], how["dropout"], how["norm"], how["numeric"])


HOW = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["linear", "mlp"]),
        "widths": st.lists(st.integers(2, 9), max_size=2),
        "dropout": st.sampled_from([0.0, 0.3]),
        "norm": st.sampled_from(["none", "layer"]),
        "numeric": st.sampled_from(["plain", "periodic"]),
    }
)


def stack_of(shape, how, members):
    networks = [network(shape, seed, how) for seed in range(members)]
    alone = [network(shape, seed, how) for seed in range(members)]
    generators = [torch.Generator().manual_seed(50 + n) for n in range(members)]
    return Stack(networks, generators), networks, alone


@settings(max_examples=40, deadline=None)
@given(shape=SHAPES, how=HOW, members=st.integers(1, 4), rows=st.integers(1, 7))
def test_each_is_the_network_alone(shape, how, members, rows):
    stack, networks, alone = stack_of(shape, how, members)
    numeric = torch.randn(members, rows, shape.numeric)
    drawn = [torch.randint(0, n, (members, rows, 1)) for n in shape.cardinalities]
    drawn += [torch.randint(0, n, (members, rows, CODES)) for n in shape.texts]
    codes = torch.cat(drawn, dim=2) if drawn else None
    if shape.texts:
        codes[:, 0, len(shape.cardinalities) :] = 0  # a row without a word
    outputs = stack(numeric, codes)
    outputs.square().sum().backward()
    gradients = dict(stack.network.named_parameters())
    for place, one in enumerate(alone):
        torch.manual_seed(50 + place)
        own = one(numeric[place], None if codes is None else codes[place])
        torch.testing.assert_close(outputs[place], own)
        own.square().sum().backward()
        for name, parameter in one.named_parameters():
            together = gradients[name].grad
            if parameter.grad is not None:
                torch.testing.assert_close(together[place], parameter.grad, rtol=1e-4, atol=1e-4)
        for ours, its in zip(networks[place].parameters(), one.parameters(), strict=True):
            assert torch.equal(ours, its)


@settings(max_examples=20, deadline=None)
@given(members=st.integers(2, 5), data=st.data())
def test_some_leave_and_the_others_go_on(members, data):
    shape = TableShape(3, (4,), 2)
    how = {"name": "mlp", "widths": [5], "dropout": 0.0, "norm": "layer", "numeric": "plain"}
    stack, networks, alone = stack_of(shape, how, members)
    optimizer = torch.optim.AdamW(stack.network.parameters(), lr=0.1)
    each = [torch.optim.AdamW(one.parameters(), lr=0.1) for one in alone]
    numeric, codes = torch.randn(members, 6, 3), torch.randint(0, 4, (members, 6, 1))
    left = list(range(members))
    for _ in range(3):
        optimizer.zero_grad()
        stack(numeric[left], codes[left]).square().sum().backward()
        optimizer.step()
        for place in left:
            each[place].zero_grad()
            alone[place](numeric[place], codes[place]).square().sum().backward()
            each[place].step()
        stay = data.draw(st.lists(st.sampled_from(range(len(left))), min_size=1, unique=True))
        stack.keep(sorted(stay), optimizer)
        left = [left[place] for place in sorted(stay)]
    for ours, its in zip(networks, alone, strict=True):
        for a, b in zip(ours.parameters(), its.parameters(), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)
