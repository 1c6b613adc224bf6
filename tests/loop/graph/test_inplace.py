"""Weights of several steps in one graph lie in one place, and nothing is read from there too late."""

import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from fourbeat.loop.graph.inplace import COPY, write_in_place

GOOD = torch.tensor(True)


def steps(p, x, good, *, count=3):
    """The product of each step's weights and x, before they move."""
    found, now = [], p
    for _ in range(count):
        found.append(x @ now.t())
        now = torch.where(good, now - 0.1 * found[-1].mean(0)[:, None], now)
    p.copy_(now)
    return found


def graph_of(function, *inputs):
    return make_fx(function, tracing_mode="fake")(*inputs)


def copies(graph):
    return sum(node.target is COPY for node in graph.graph.nodes)


def changed(graph):
    write_in_place(graph.graph)
    graph.graph.lint()
    graph.recompile()
    return graph


@pytest.mark.parametrize("good", [True, False])
def test_each_step_writes_to_the_input_and_gives_the_same(good):
    inputs = torch.randn(4, 8), torch.randn(5, 8), torch.tensor(good)
    mine, its = inputs[0].clone(), inputs[0].clone()
    graph = changed(graph_of(lambda p, x, good: steps(p, x, good), *inputs))
    assert copies(graph) == 3
    want, have = steps(its, *inputs[1:]), graph(mine, *inputs[1:])
    assert torch.equal(mine, its)
    assert all(map(torch.equal, have, want))
    assert torch.equal(mine, inputs[0]) is not good


def test_a_value_that_is_read_later_is_left_where_it_is():
    def function(p, x, good):
        turned = p.t()[1:]
        one = torch.where(good, p * 2, p)
        two = torch.where(good, one * 2, one)
        p.copy_(two)
        return x[:, 1:] @ turned

    inputs = torch.randn(4, 8), torch.randn(5, 8), GOOD
    graph = graph_of(function, *inputs)
    # The product is traced last, and reads the weights as they were.
    assert copies(changed(graph)) == 1


def test_other_forms_are_left():
    def function(p, q, good):
        one = torch.where(good, p * 2, p)
        p.copy_(torch.where(good, one * 2, one) + 1)
        q.copy_(torch.where(good, q, q * 3))
        return [one + 1]

    inputs = torch.randn(4, 8), torch.randn(4, 8), GOOD
    assert copies(changed(graph_of(function, *inputs))) == 2


def test_one_step_needs_nothing():
    inputs = torch.randn(4, 8), torch.randn(5, 8), GOOD
    assert copies(changed(graph_of(lambda *a: steps(*a, count=1), *inputs))) == 1
